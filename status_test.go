package multiaccount_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
)

// A refresh that failed ahead of time leaves an account ready: its token is
// good. One that nothing can serve without rests until the next try.
func TestStatusAfterFailedRefresh(t *testing.T) {
	for name, test := range map[string]struct {
		expiresIn time.Duration
		want      multiaccount.State
	}{
		"token good":  {time.Hour, multiaccount.StateReady},
		"token ended": {-time.Hour, multiaccount.StateCooling},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				p := &plainProvider{refresh: func(context.Context, account.Credentials) (account.Grant, error) {
					return account.Grant{}, errors.New("no route")
				}}
				_, pool := openPlain(t, p, quiet())
				id := add(t, pool, "a", func(a *multiaccount.NewAccount) { a.ExpiresAt = time.Now().Add(test.expiresIn) })
				if err := pool.Refresh(t.Context(), id); err == nil {
					t.Fatal("refreshed without a route")
				}
				if s := statusOf(t, pool, id); s.State != test.want {
					t.Errorf("%s (%s), want %s", s.State, s.Reason, test.want)
				}
			})
		})
	}
}
