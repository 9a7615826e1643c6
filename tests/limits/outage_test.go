package limits_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// The token endpoint is down for a while, and every account meets that. Once
// one has a token, none of the others rests any longer.
func TestOutageOfTheTokenEndpointEndsForAll(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 0, rig.Settings())
		up := time.Now().Add(3 * time.Minute)
		w.OnRefresh = func(context.Context, account.Credentials) (account.Grant, error) {
			if time.Now().Before(up) {
				return account.Grant{}, errors.New("unavailable")
			}
			return rig.Grant(int(time.Now().UnixNano())), nil
		}
		for i := range 3 {
			w.ids = append(w.ids, rig.Add(t, w.pool, rig.Stale(name(i))))
		}
		_, err := w.ask(t)
		for ; err != nil; _, err = w.ask(t) {
			time.Sleep(time.Second)
		}
		if late := time.Since(up); late > 5*time.Minute { // the longest pause between two refreshes
			t.Errorf("served %v after the outage", late)
		}
		for _, id := range w.ids {
			if s := rig.Status(t, w.pool, id); s.State != multiaccount.StateReady {
				t.Errorf("an account is %s: %s", s.State, s.Reason)
			}
		}
	})
}
