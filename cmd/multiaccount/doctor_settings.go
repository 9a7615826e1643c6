package main

import (
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"

	"github.com/seed-810f1486/multiaccount/internal/nearest"
	"github.com/seed-810f1486/multiaccount/providers/configured"
	"github.com/seed-810f1486/multiaccount/settings"
)

// doubtful returns what settings say that can be read, and means nothing here: a
// provider that nobody knows, a program that is not there, a chain of pools that do
// not exist.
func doubtful(s settings.Settings) []settings.Problem {
	found := missingProgram("on_event", s.OnEvent)
	var known []string
	for _, p := range configured.All(s) {
		known = append(known, p.Name())
	}
	for _, name := range slices.Sorted(maps.Keys(s.Providers)) {
		key, o := "providers."+name, s.Providers[name]
		if meant := nearest.Of(name, known); !slices.Contains(known, name) && meant != "" {
			found = append(found, settings.Problem{Key: key, Message: fmt.Sprintf(
				"there is no provider of this name: did you mean %q? Another one needs a base_url", meant)})
		}
		if o.OnEvent != nil {
			found = append(found, missingProgram(key+".on_event", *o.OnEvent)...)
		}
	}
	return append(found, doubtfulChains(s, known)...)
}

// doubtfulChains returns chains that "serve" would refuse: those of pools that are
// not there.
func doubtfulChains(s settings.Settings, known []string) []settings.Problem {
	var found []settings.Problem
	for _, name := range slices.Sorted(maps.Keys(s.Chains)) {
		key, links := "chains."+name, s.Chains[name]
		for _, l := range links {
			if slices.Contains(known, l.Pool) {
				continue
			}
			hint := "there are " + strings.Join(known, ", ") + "; another one is a provider with a base_url"
			if meant := nearest.Of(l.Pool, known); meant != "" {
				hint = fmt.Sprintf("did you mean %q?", meant)
			}
			found = append(found, settings.Problem{Key: key, Message: fmt.Sprintf("there is no pool %q: %s", l.Pool, hint)})
		}
		if slices.Contains(known, name) && links[0].Pool != name {
			found = append(found, settings.Problem{Key: key, Message: "it has the name of a provider that is not its first pool: let it begin with that, or choose another name"})
		}
	}
	return found
}

// missingProgram returns what keeps the program argv from being run, if anything.
func missingProgram(key string, argv []string) []settings.Problem {
	if len(argv) == 0 {
		return nil
	}
	if _, err := exec.LookPath(argv[0]); err != nil {
		return []settings.Problem{{Key: key, Message: fmt.Sprintf("the program cannot be run: %v", err)}}
	}
	return nil
}
