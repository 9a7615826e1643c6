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
	"github.com/seed-810f1486/multiaccount/providers"
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

// A login that the provider ends while its latest token is not stored yet is
// no login that was lost by being killed.
func TestUnstoredTokenIsRefused(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		d := newDisk(t)
		d.p.OnRefresh = func(context.Context, account.Credentials) (account.Grant, error) {
			if d.p.Refreshes() == 1 {
				return rig.Grant(1), nil
			}
			return account.Grant{}, &providers.RefreshError{Provider: rig.Plain, Status: 400, Code: "invalid_grant", Terminal: true}
		}
		id := rig.Add(t, d.pool, rig.Stale("a"))
		d.store.Fail(1000, errDisk, rig.OpCommit, rig.OpUpdate)
		rig.Must(t, d.pool.Refresh(t.Context(), id))
		if err := d.pool.Refresh(t.Context(), id); err == nil {
			t.Error("refreshed with a token that was refused")
		}
		synctest.Wait()
		if s := rig.Status(t, d.pool, id); s.State != multiaccount.StateReauth {
			t.Errorf("the account is %s: %s", s.State, s.Reason)
		}
		d.store.Fail(0, nil)
	})
}
