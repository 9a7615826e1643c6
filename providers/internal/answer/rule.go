package answer

import (
	"strings"

	"github.com/seed-810f1486/multiaccount/providers"
)

// Says is what an error means, beyond its status.
type Says uint8

// What errors say. The zero value is nothing.
const (
	// PlanUsedUp: a window of the account's plan is used up.
	PlanUsedUp Says = iota + 1
	// QuotaUsedUp: so is something else that was bought or allotted.
	QuotaUsedUp
	// OwnerNeeded: nothing helps but the account's owner.
	OwnerNeeded
	// NoModel: the account does not have this model until its owner gets it.
	NoModel
	// RequestsOwn: the request asks for what it cannot have.
	RequestsOwn
	// TiersOwn: so it does by asking for the speed tier [Rule.Tier].
	TiersOwn
	// LoginGone: the login has ended and cannot be renewed.
	LoginGone
)

// Rule gives one error its meaning. A provider knows the meaning of its errors
// only by a table of rules; the first that matches counts.
type Rule struct {
	// Code is the error's code, its type, or the kind of limit it names.
	Code string
	// Phrase is how the message begins, in lower case; "*" stands for any text.
	// When both Code and Phrase are set, both must match.
	Phrase string
	// When is nil, or another condition that must hold.
	When func(providers.Answer, Error) bool
	Says Says
	// Word is the verdict's code when the error's own does not say what is
	// wrong.
	Word string
	// Tier is set with TiersOwn.
	Tier string
}

// Find returns the first rule that matches the error of an answer; the zero Rule
// when none does.
func Find(rules []Rule, a providers.Answer, e Error) Rule {
	message := normal(e.Message)
	for _, r := range rules {
		if r.matches(e, message) && (r.When == nil || r.When(a, e)) {
			return r
		}
	}
	return Rule{}
}

func (r Rule) matches(e Error, message string) bool {
	return (r.Code == "" || e.Is(r.Code)) && (r.Phrase == "" || begins(message, r.Phrase))
}

// word returns the verdict's code.
func (r Rule) word(e Error) string {
	switch {
	case r.Word != "":
		return r.Word
	case r.Code != "":
		return r.Code
	}
	return e.Word()
}

// begins reports whether message begins with phrase, whose stars stand for any
// text.
func begins(message, phrase string) bool {
	first, rest, more := strings.Cut(phrase, "*")
	message, ok := strings.CutPrefix(message, first)
	for ok && more {
		first, rest, more = strings.Cut(rest, "*")
		_, message, ok = strings.Cut(message, first)
	}
	return ok
}

// normal returns a message in lower case, with plain apostrophes and single
// spaces.
func normal(message string) string {
	message = strings.NewReplacer("\u2019", "'", "\u2018", "'", "\u02bc", "'").Replace(message)
	return strings.Join(strings.Fields(strings.ToLower(message)), " ")
}
