package faults_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// A request that began before a token was refused, and ends well after, does
// not make the token good again.
func TestLateSuccessOfARefusedToken(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		p := rig.NewProvider()
		_, pool := rig.OpenPlain(t, p, rig.Settings())
		rig.Add(t, pool, rig.Login("a"))
		long, refused := acquire(t, pool, multiaccount.Request{}), acquire(t, pool, multiaccount.Request{})
		refused.Done(multiaccount.Outcome{Status: http.StatusUnauthorized})
		synctest.Wait()
		long.Done(multiaccount.Outcome{Status: http.StatusOK})
		synctest.Wait()
		if got := acquire(t, pool, multiaccount.Request{}).Token(); got != "access-1" {
			t.Errorf("token %s, want one that was not refused", got)
		}
		if n := p.Refreshes(); n != 1 {
			t.Errorf("%d exchanges", n)
		}
	})
}

// onRefused calls a function before each answer that refuses a token.
type onRefused struct {
	*rig.Wire
	call func(token string)
}

func (o onRefused) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := o.Wire.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		o.call(req.Header.Get("Authorization"))
	}
	return resp, err
}

// What a provider says of a token that has been replaced meanwhile is no
// failure of the login, and does not end the account's turn.
func TestRefusalOfReplacedTokens(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		p, wire := rig.NewProvider(), &rig.Wire{}
		_, pool := rig.OpenPlain(t, p, rig.Settings())
		id := rig.Add(t, pool, rig.Login("a"))
		upstream := onRefused{wire, func(token string) {
			if token == "Bearer access-1" { // the one that came of the first refusal
				rig.Must(t, pool.Refresh(t.Context(), id))
			}
		}}
		wire.Next("access-a", http.StatusUnauthorized)
		wire.Next("access-1", http.StatusUnauthorized)
		rig.MustAsk(t, &http.Client{Transport: pool.Transport(upstream)}, rig.PlainURL)
		if s := rig.Status(t, pool, id); s.State != multiaccount.StateReady || s.Failures != 0 {
			t.Errorf("the account is %s with %d failures: %s", s.State, s.Failures, s.Reason)
		}
		if n := p.Refreshes(); n != 2 {
			t.Errorf("%d exchanges", n)
		}
	})
}
