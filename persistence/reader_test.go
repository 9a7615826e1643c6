package persistence

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
)

// A reader that takes no lock sees one whole account, however the size of the
// file changes, and never none.
func TestReaderNeverSeesHalfAFile(t *testing.T) {
	s, accounts := withAccounts(t, "a")
	other := openQuick(t, s.dir)
	done := make(chan struct{})
	var readers sync.WaitGroup
	readers.Go(func() {
		for reading := true; reading; {
			select {
			case <-done:
				reading = false
			default:
			}
			data, err := os.ReadFile(filepath.Join(accounts, "a.json"))
			if err != nil {
				t.Errorf("reading the file: %v", err)
				return
			}
			if _, err := decodeAccount(keyA, data); err != nil {
				t.Errorf("%d bytes: %v", len(data), err)
			}
			if snap, err := other.Load(t.Context(), "provider"); err != nil || ids(snap) != "a" || len(snap.Quarantined) > 0 {
				t.Errorf("loaded %+v (%v)", snap, err)
			}
		}
	})
	for i := range 300 {
		_, err := s.Update(t.Context(), keyA, func(r *account.Record) {
			r.Credentials.AccessToken = account.NewSecret(strings.Repeat("x", i*i%20_000+1))
		})
		if err != nil {
			t.Error(err)
		}
	}
	close(done)
	readers.Wait()
}
