package faults_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// A token endpoint that says when to come back is asked no earlier, and one that
// asks for a day is asked again after five minutes.
func TestTokenEndpointThatSaysWhen(t *testing.T) {
	for asked, want := range map[time.Duration]time.Duration{2 * time.Minute: 2 * time.Minute, 24 * time.Hour: 5 * time.Minute} {
		rig.Bubble(t, func(t *testing.T) {
			p := rig.NewProvider()
			p.OnRefresh = func(context.Context, account.Credentials) (account.Grant, error) {
				return account.Grant{}, &providers.RefreshError{Provider: rig.Plain, Status: http.StatusTooManyRequests, RetryAfter: asked}
			}
			_, pool := rig.OpenPlain(t, p, rig.Settings())
			rig.Add(t, pool, rig.Stale("a"))
			began := time.Now()
			for p.Refreshes() < 2 {
				if _, err := serve(t.Context(), pool); err == nil {
					t.Fatal("served without a token")
				}
				time.Sleep(time.Second)
			}
			if waited := time.Since(began); waited < want || waited > want+2*time.Second {
				t.Errorf("asked for %v, and asked again after %v", asked, waited)
			}
		})
	}
}
