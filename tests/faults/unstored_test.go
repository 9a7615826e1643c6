package faults_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// While a token is not stored yet, the next exchange spends that one, not the
// stored one, which is spent already.
func TestUnstoredTokenIsRefreshed(t *testing.T) {
	for name, failures := range map[string]int{"disk back": 1, "disk still full": 2, "full for long": 1000} {
		t.Run(name, func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) {
				d := newDisk(t)
				var spent []string
				d.p.OnRefresh = func(_ context.Context, creds account.Credentials) (account.Grant, error) {
					spent = append(spent, creds.RefreshToken.Reveal())
					return rig.Grant(len(spent)), nil
				}
				id := rig.Add(t, d.pool, rig.Stale("a"))
				d.store.Fail(failures, errDisk, rig.OpCommit, rig.OpUpdate)
				rig.Must(t, d.pool.Refresh(t.Context(), id))
				rig.Must(t, d.pool.Refresh(t.Context(), id))
				if got := strings.Join(spent, " "); got != "refresh-a refresh-1" {
					t.Fatalf("spent %s", got)
				}
				lease := acquire(t, d.pool, multiaccount.Request{})
				lease.Done(multiaccount.Outcome{Status: http.StatusOK})
				if lease.Token() != "access-2" {
					t.Errorf("token %s, want the newest", lease.Token())
				}
				d.store.Fail(0, nil)
				time.Sleep(time.Minute)
				synctest.Wait()
				d.checkStored(t, id, "refresh-2")
				if got := rig.Status(t, d.pool, id); got.Generation != 3 || got.Reason != "" {
					t.Errorf("generation %d, %q", got.Generation, got.Reason)
				}
			})
		})
	}
}
