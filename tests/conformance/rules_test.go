package conformance_test

import (
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// rule is one thing that the engine does, whatever the provider.
type rule struct {
	// section is that of the table, name says what must hold.
	section, name string
	// holds says for which subjects the rule has a meaning; nil is all.
	holds func(subject) bool
	check func(t *testing.T, s subject)
}

func rules() []rule {
	var all []rule
	for _, section := range []struct {
		name  string
		rules []rule
	}{
		{"Accounts", accountRules()},
		{"Import", importRules()},
		{"Selection", selectionRules()},
		{"Answers", answerRules()},
		{"Streams", streamRules()},
		{"Limits", limitRules()},
		{"Breaker", breakerRules()},
		{"Refresh", refreshRules()},
	} {
		for _, r := range section.rules {
			r.section = section.name
			all = append(all, r)
		}
	}
	return all
}

// Which subjects a rule holds for.

func logins(s subject) bool { return s.kind == account.OAuth }

func keys(s subject) bool { return s.kind == account.APIKey }

func native(s subject) bool { return s.native }

func openAIs(s subject) bool { return s.native && s.flavour == providertest.OpenAI }

func nativeLogins(s subject) bool { return s.native && logins(s) }
