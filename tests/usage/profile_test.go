package usage_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// nameless is a login of which nothing is known.
func nameless(name string) multiaccount.NewAccount {
	a := lasting(name)
	a.Label, a.Subject = "", ""
	return a
}

func TestProfileFillsInWhatIsNotKnown(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 0, func(g *gauge) {
			g.whose = func(string) account.Grant {
				return account.Grant{Subject: "s", Organization: "o", Email: "a@example.com", Plan: "Pro"}
			}
		})
		id := rig.Add(t, w.pool, nameless("0"))
		w.use(t, 3*time.Hour)
		if s := rig.Status(t, w.pool, id); s.Email != "a@example.com" || s.Plan != "Pro" || w.profiles != 1 {
			t.Errorf("%+v after %d questions", s, w.profiles)
		}
		again := lasting("new")
		again.Subject, again.Organization = "s", "o"
		if same := rig.Add(t, w.pool, again); same != id {
			t.Error("another login of the same account was taken for a new one")
		}
	})
}

func TestProfileIsAskedForDaily(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 1)
		w.use(t, 50*time.Hour)
		if w.profiles != 3 {
			t.Errorf("asked %d times in 50 hours", w.profiles)
		}
	})
}

// Two accounts turn out to be one and the same: neither becomes the other.
func TestProfileOfATwin(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 0, func(g *gauge) {
			g.whose = func(string) account.Grant { return account.Grant{Subject: "s", Plan: "Pro"} }
		})
		first, second := rig.Add(t, w.pool, nameless("0")), rig.Add(t, w.pool, nameless("1"))
		time.Sleep(time.Minute)
		again := lasting("new")
		again.Subject = "s"
		id := rig.Add(t, w.pool, again)
		all, err := w.pool.Accounts(t.Context())
		rig.Must(t, err)
		if len(all) != 2 || (id != first && id != second) || all[0].Plan != "Pro" || all[1].Plan != "Pro" {
			t.Errorf("%+v", all)
		}
	})
}
