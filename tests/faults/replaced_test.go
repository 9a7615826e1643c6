package faults_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// Its owner logs in again while the provider is about to refuse the old
// login: that refusal says nothing of the new one.
func TestRefusalOfAReplacedLogin(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		d := newDisk(t)
		var id string
		d.p.OnRefresh = func(context.Context, account.Credentials) (account.Grant, error) {
			if again := rig.Add(t, d.pool, rig.Login("a")); again != id {
				t.Errorf("the new login is account %s, want %s", again, id)
			}
			return account.Grant{}, &providers.RefreshError{Provider: rig.Plain, Status: 400, Code: "invalid_grant", Terminal: true}
		}
		old := rig.Stale("a")
		old.AccessToken, old.RefreshToken = "access-old", "refresh-old"
		id = rig.Add(t, d.pool, old)
		lease := acquire(t, d.pool, multiaccount.Request{})
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
		synctest.Wait()
		if lease.Token() != "access-a" {
			t.Errorf("token %s, want the new login's", lease.Token())
		}
		if s := rig.Status(t, d.pool, id); s.State == multiaccount.StateReauth || rig.Count[multiaccount.LoginRejected](d.events) != 0 {
			t.Errorf("the account is %s: %s", s.State, s.Reason)
		}
		if n := d.p.Refreshes(); n != 1 {
			t.Errorf("%d exchanges", n)
		}
	})
}
