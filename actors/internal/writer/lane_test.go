package writer

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// What is done with an account is done in the order in which the mailbox got
// it, whatever kind it is; a lazy save does not stay behind.
func TestLaneKeepsOrder(t *testing.T) {
	withWriters(t, 1, 1, persistence.NewMemory(), func(t *testing.T, writers []*Handle) {
		p, to := writers[0], make(inbox, 10)
		p.Tell(&messages.CreateAccount{Record: recordOf("a"), ReplyTo: to})
		save(p, to, "a", true)
		save(p, to, "a", false)
		p.Tell(&messages.DeleteAccount{Key: keyOf("a"), ReplyTo: to})
		save(p, to, "a", true)
		flush(t, p)
		want := []string{"created", "saved 2 weight 2", "removed", "gone"}
		for _, w := range want {
			if got := toldOf(<-to); got != w {
				t.Errorf("%s, want %s", got, w)
			}
		}
	})
}

func toldOf(message any) string {
	switch m := message.(type) {
	case *messages.AccountCreated:
		return strings.TrimSuffix(fmt.Sprintf("created%v", m.Err), "<nil>")
	case *messages.AccountSaved:
		if errors.Is(m.Err, persistence.ErrNotFound) {
			return "gone"
		}
		return fmt.Sprintf("saved %d weight %d", len(m.Saves), m.Record.Weight)
	case *messages.AccountRemoved:
		return strings.TrimSuffix(fmt.Sprintf("removed%v", m.Err), "<nil>")
	}
	return fmt.Sprintf("%T", message)
}

// A removal waits for this process' own refresh of the account, and the refresh
// not for it.
func TestRemovalWaitsForTheRefresh(t *testing.T) {
	withWriter(t, []string{"a"}, func(t *testing.T, _ *gatedStore, p *Handle) {
		to, refresh := make(inbox, 10), make(inbox, 10)
		granted := grantedRefresh(t, p, refresh)
		p.Tell(&messages.DeleteAccount{Key: keyOf("a"), ReplyTo: to})
		synctest.Wait()
		if len(to) > 0 {
			t.Fatalf("%s during the exchange", toldOf(<-to))
		}
		spent := granted.Record.Credentials.RefreshToken.Fingerprint()
		p.Tell(&messages.CommitRefresh{Key: keyOf("a"), Spent: []string{spent}, Generation: 1, Grant: grantOf("new"), ReplyTo: refresh})
		if m, _ := (<-refresh).(*messages.RefreshCommitted); m.Err != nil {
			t.Errorf("the refresh: %v", m.Err)
		}
		if got := toldOf(<-to); got != "removed" {
			t.Error(got)
		}
	})
}

// An account is disabled for a fault that is on record, of the login it has,
// while another one can serve.
func TestDisabling(t *testing.T) {
	fault := &account.Fault{Kind: account.FaultLost, Reason: "first", At: time.Unix(1, 0)}
	for name, c := range map[string]struct {
		failed, other func(r *account.Record)
		want          bool
	}{
		"another serves":       {func(r *account.Record) { r.Fault = fault }, func(*account.Record) {}, true},
		"another fails too":    {func(r *account.Record) { r.Fault = fault }, func(r *account.Record) { r.Fault = fault }, false},
		"another is off":       {func(r *account.Record) { r.Fault = fault }, func(r *account.Record) { r.Enabled = false }, false},
		"it works again":       {func(*account.Record) {}, func(*account.Record) {}, false},
		"it has a newer login": {func(r *account.Record) { r.Fault, r.Generation = fault, 2 }, func(*account.Record) {}, false},
		"somebody has done it": {func(r *account.Record) { f := *fault; f.Disabled = true; r.Fault = &f }, func(r *account.Record) { r.Fault = fault }, true},
	} {
		t.Run(name, func(t *testing.T) {
			withWriter(t, []string{"a", "b"}, func(t *testing.T, store *gatedStore, p *Handle) {
				to := make(inbox, 4)
				for id, change := range map[string]func(*account.Record){"a": c.failed, "b": c.other} {
					p.Tell(&messages.SaveAccount{Key: keyOf(id), Mutate: change, ReplyTo: to})
					<-to
				}
				asked := account.Fault{Kind: account.FaultReauth, Reason: "second", At: time.Unix(2, 0)}
				p.Tell(&messages.DisableUnlessLast{Key: keyOf("a"), Generation: 1, Fault: asked, Others: []string{"b"}, ReplyTo: to})
				m, _ := (<-to).(*messages.DisableDecided)
				stored, err := store.Read(t.Context(), persistence.Key(keyOf("a")))
				if err != nil {
					t.Fatal(err)
				}
				disabled := stored.Fault != nil && stored.Fault.Disabled
				if m.Disabled != c.want || disabled != c.want {
					t.Errorf("decided %v, stored %v, want %v", m.Disabled, disabled, c.want)
				}
				if stored.Fault != nil && stored.Fault.Reason != "first" {
					t.Errorf("the fault on record became %+v", stored.Fault)
				}
			})
		})
	}
}
