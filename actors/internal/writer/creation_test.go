package writer

import (
	"fmt"
	"testing"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// Accounts that are to be created wait for their pool's lock, and keep nobody else
// waiting: a login that was just paid for with a token is stored meanwhile.
func TestCreationsThatWaitForTheLock(t *testing.T) {
	store := persistence.NewMemory()
	withWriters(t, 1, 1, store, func(t *testing.T, writers []*Handle) {
		p, created, to := writers[0], make(inbox, 2*maxWriters), make(inbox, 1)
		p.Tell(&messages.CreateAccount{Record: recordOf("first"), ReplyTo: created})
		<-created
		unlock, err := store.LockPool(t.Context(), "p")
		if err != nil {
			t.Fatal(err)
		}
		for n := range 2 * maxWriters {
			p.Tell(&messages.CreateAccount{Record: recordOf(fmt.Sprintf("a%d", n)), ReplyTo: created})
		}
		save(p, to, "first", false)
		if got := toldOf(<-to); got != "saved 1 weight 1" || len(created) > 0 {
			t.Errorf("%s, and %d accounts were created", got, len(created))
		}
		if err := unlock(); err != nil {
			t.Error(err)
		}
		for range 2 * maxWriters {
			if got := toldOf(<-created); got != "created" {
				t.Error(got)
			}
		}
	})
}
