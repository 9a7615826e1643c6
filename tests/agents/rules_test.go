package agents_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func rules() []rule {
	return []rule{
		{"a question is answered", answers},
		{"a tool runs, and its result reaches the same account", usesTool},
		{"an account that is limited is not seen", hidesLimit},
	}
}

// rule is a row of the page: what an agent does in a place.
type rule struct {
	name  string
	check func(*testing.T, *place)
}

func TestAgents(t *testing.T) {
	for _, a := range allAgents() {
		t.Run(a.name, func(t *testing.T) {
			for _, r := range rules() {
				t.Run(r.name, func(t *testing.T) {
					r.check(t, newPlace(t, a))
				})
			}
		})
	}
}

// says fails the test unless the agent has ended well and shown a text.
func (r run) says(t *testing.T, text string) {
	t.Helper()
	if r.status != 0 || !strings.Contains(r.out, text) {
		t.Errorf("it ended with status %d after %v and says no %q:\n%s", r.status, r.took, text, r.out)
	}
}

// by fails the test unless these turns were served by one account, and there are n.
func by(t *testing.T, account string, n int, turns []turn) {
	t.Helper()
	for _, one := range turns {
		if one.account != account {
			t.Errorf("%s was asked: %+v", one.account, turns)
			return
		}
	}
	if len(turns) != n {
		t.Errorf("%d turns, want %d: %+v", len(turns), n, turns)
	}
}

func answers(t *testing.T, p *place) {
	p.ask(t, "Who are you?").says(t, "Served by work")
	by(t, "work", 1, p.mind.of(plain))
}

func usesTool(t *testing.T, p *place) {
	p.mind.command = "echo done > made-by-the-tool"
	p.ask(t, useTool).says(t, "Finished by work")
	by(t, "work", 2, p.mind.of(calls, follows))
	p.made(t)
}

func hidesLimit(t *testing.T, p *place) {
	p.work.Next(providertest.Limited(providertest.RetryAfter(2 * time.Hour)))
	p.ask(t, "Who are you?").says(t, "Served by spare")
}
