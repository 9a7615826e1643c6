package writer

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// refusedCommit ends a granted refresh whose token was refused for good.
func refusedCommit(granted *messages.RefreshGranted, to inbox) *messages.CommitRefresh {
	return &messages.CommitRefresh{
		Key: keyOf("a"), Spent: []string{granted.Record.Credentials.RefreshToken.Fingerprint()}, Generation: 1, ReplyTo: to,
		Fault: &account.Fault{Kind: account.FaultReauth, Reason: "invalid_grant", Terminal: true},
	}
}

// Whoever gets the lock after a refusal finds the fault, and no intent.
func TestFaultIsStoredBeforeTheLockIsFree(t *testing.T) {
	withWriter(t, []string{"a"}, func(t *testing.T, store *gatedStore, p *Handle) {
		to := make(inbox, 10)
		granted := grantedRefresh(t, p, to)
		found := make(chan account.Record)
		go func() {
			locked, err := store.Lock(t.Context(), persistence.Key(keyOf("a")))
			if err != nil {
				t.Error(err)
				close(found)
				return
			}
			if left, err := locked.Intent(); left != nil || err != nil {
				t.Errorf("left is the intent %+v, %v", left, err)
			}
			found <- locked.Record()
			if err := locked.Unlock(); err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait()
		p.Tell(refusedCommit(granted, to))
		if r := <-found; !r.Refused() {
			t.Errorf("the next holder of the lock finds the fault %+v", r.Fault)
		}
		if m, _ := (<-to).(*messages.RefreshCommitted); m == nil || m.Err != nil || !m.Record.Refused() {
			t.Errorf("committed: %+v", m)
		}
		p.Tell(&messages.BeginRefresh{Key: keyOf("a"), Generation: 1, ReplyTo: to})
		if m, _ := (<-to).(*messages.RefreshAdopted); m == nil || !m.Record.Refused() {
			t.Errorf("a refused token was granted once more: %+v", m)
		}
	})
}

// What a refresh that came to nothing leaves says what is known of its token.
func TestIntentOfARefreshThatFailed(t *testing.T) {
	key := keyOf("a")
	failed := &messages.AbortRefresh{Key: key}
	for name, test := range map[string]struct {
		steps       []messages.ToWriter
		left, ended bool
	}{
		"nothing was spent":           {steps: []messages.ToWriter{&messages.AbortRefresh{Key: key, Unspent: true}}},
		"never taken up":              {steps: []messages.ToWriter{&messages.CancelRefresh{Key: key}}},
		"it failed":                   {steps: []messages.ToWriter{failed}, left: true, ended: true},
		"it was cut off":              {steps: []messages.ToWriter{&messages.AbortRefresh{Key: key, Cut: true}}, left: true},
		"it failed, then spent none":  {steps: []messages.ToWriter{failed, &messages.AbortRefresh{Key: key, Unspent: true}}, left: true, ended: true},
		"it failed, then not taken":   {steps: []messages.ToWriter{failed, &messages.CancelRefresh{Key: key}}, left: true, ended: true},
		"cut off twice by the living": {steps: []messages.ToWriter{&messages.AbortRefresh{Key: key, Cut: true}, &messages.AbortRefresh{Key: key, Cut: true}}, left: true},
	} {
		t.Run(name, func(t *testing.T) {
			withWriter(t, []string{"a"}, func(t *testing.T, store *gatedStore, p *Handle) {
				to := make(inbox, 10)
				for _, end := range test.steps {
					grantedRefresh(t, p, to)
					p.Tell(end)
				}
				locked, err := store.Lock(t.Context(), persistence.Key(key))
				if err != nil {
					t.Fatal(err)
				}
				left, err := locked.Intent()
				if err != nil || (left != nil) != test.left || left != nil && (left.Ended != test.ended || left.SentTwice()) {
					t.Errorf("left is %+v, %v", left, err)
				}
				if err := locked.Unlock(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// Until it is stored, a crash loses the new login: nothing else goes before it.
func TestCommitGoesFirst(t *testing.T) {
	ids := []string{"a"}
	for i := range 3 * maxWriters {
		ids = append(ids, fmt.Sprint("other", i))
	}
	withWriter(t, ids, func(t *testing.T, store *gatedStore, p *Handle) {
		to, others := make(inbox, 10), make(inbox, len(ids))
		granted := grantedRefresh(t, p, to)
		store.gate = make(chan struct{})
		for _, id := range ids[1:] {
			save(p, others, id, false)
		}
		save(p, to, "a", false)
		p.Tell(refusedCommit(granted, to))
		store.gate <- struct{}{}
		synctest.Wait()
		if len(to) == 0 {
			t.Fatal("the commit waits behind what only changes figures")
		}
		if m, ok := (<-to).(*messages.RefreshCommitted); !ok || m.Err != nil {
			t.Errorf("first was %+v", m)
		}
		close(store.gate)
	})
}
