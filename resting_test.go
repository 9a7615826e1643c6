package multiaccount_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
)

// failingOnce is a token endpoint that is in trouble at the first exchange.
func failingOnce() *plainProvider {
	p := &plainProvider{}
	p.refresh = func(context.Context, account.Credentials) (account.Grant, error) {
		if p.refreshes.Load() == 1 {
			return account.Grant{}, errors.New("unavailable")
		}
		return account.Grant{AccessToken: account.NewSecret("fresh"), ExpiresAt: time.Now().Add(time.Hour)}, nil
	}
	return p
}

func endsIn(d time.Duration) func(*multiaccount.NewAccount) {
	return func(a *multiaccount.NewAccount) { a.ExpiresAt = time.Now().Add(d) }
}

// While its refresh has to wait, an account lives on the last seconds of its
// token. When the provider does not take that one any more, requests wait for
// the refresh as they would for a limit.
func TestRequestsWaitForARefreshThatIsPutOff(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		_, pool := openPlain(t, failingOnce(), quiet())
		add(t, pool, "a", endsIn(50*time.Second))
		upstream := &upstream{answers: map[string][]int{"access-a": {http.StatusOK, http.StatusUnauthorized}}}
		client := &http.Client{Transport: pool.Transport(upstream)}
		getOK(t, client) // its refresh fails
		getOK(t, client)
	})
}

// The same when the token has ended by its own time.
func TestRequestsWaitForARefreshWhenTheTokenEndsMeanwhile(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		_, pool := openPlain(t, failingOnce(), quiet())
		add(t, pool, "a", endsIn(2*time.Second))
		client := &http.Client{Transport: pool.Transport(&upstream{})}
		getOK(t, client) // its refresh fails
		time.Sleep(2 * time.Second)
		getOK(t, client)
	})
}
