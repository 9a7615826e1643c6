package multiaccount_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/settings"
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

// briefLimits make an account that is limited rest for a second.
func briefLimits() settings.Settings {
	s := quiet()
	s.DefaultRetryAfter, s.RateLimitMinBackoff = time.Second, 0
	return s
}

// A request that has waited for the only account may ask it for everything
// again: another attempt, a refresh, one more wait.
func TestAWaitMakesRoomForWhatWasTriedBefore(t *testing.T) {
	for name, provider := range map[string]*plainProvider{
		"a refresh":                 {},
		"a refresh that is put off": failingOnce(),
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				_, pool := openPlain(t, provider, briefLimits())
				add(t, pool, "a")
				upstream := &upstream{answers: map[string][]int{"access-a": {http.StatusTooManyRequests, http.StatusUnauthorized}}}
				getOK(t, &http.Client{Transport: pool.Transport(upstream)})
				if n := len(upstream.calls); n != 3 {
					t.Errorf("%d attempts, want a limited one, a refused one and the last", n)
				}
			})
		})
	}
}
