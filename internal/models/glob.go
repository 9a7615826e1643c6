// Package models finds, compares and replaces the names of models: in patterns
// that a user writes, and wherever a wire format has them, in the paths and the bodies
// of requests. No other package knows these places.
package models

import (
	"errors"
	"strings"
	"unicode"
)

// Matches reports whether a name is one of those that a pattern stands for. In a
// pattern "*" stands for any text, also for none; all else stands for itself.
func Matches(pattern, name string) bool {
	first, rest, starred := strings.Cut(pattern, "*")
	name, ok := strings.CutPrefix(name, first)
	if !starred || !ok {
		return ok && name == ""
	}
	parts := strings.Split(rest, "*")
	last := len(parts) - 1
	for _, part := range parts[:last] {
		_, after, found := strings.Cut(name, part)
		if !found {
			return false
		}
		name = after
	}
	return strings.HasSuffix(name, parts[last])
}

// Best returns the value of the most specific pattern that matches a name: the
// name itself, else the pattern with the most characters that stand for
// themselves, and of several the first by the alphabet.
func Best[V any](table map[string]V, name string) (value V, ok bool) {
	if value, ok := table[name]; ok && !strings.Contains(name, "*") {
		return value, true
	}
	best := ""
	for pattern := range table {
		if Matches(pattern, name) && (!ok || moreSpecific(pattern, best)) {
			best, ok = pattern, true
		}
	}
	return table[best], ok
}

func moreSpecific(a, b string) bool {
	if own, others := literals(a), literals(b); own != others {
		return own > others
	}
	return a < b
}

func literals(pattern string) int { return len(pattern) - strings.Count(pattern, "*") }

// longest is far above what any provider calls a model.
const longest = 200

// Check says what is wrong with a pattern, or with a name.
func Check(pattern string) error {
	switch {
	case pattern == "":
		return errors.New("is empty")
	case len(pattern) > longest:
		return errors.New("is longer than any model's name")
	case strings.ContainsFunc(pattern, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		return errors.New("has spaces, or what cannot be printed")
	}
	return nil
}
