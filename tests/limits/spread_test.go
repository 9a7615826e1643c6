package limits_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// ill are the answers by which an account does not serve, and another may.
func ill(fullHour time.Time) map[string]account.Verdict {
	limit := func(l account.Limit) account.Verdict {
		return account.Verdict{Class: account.ClassLimited, Status: 429, Limits: []account.Limit{l}}
	}
	return map[string]account.Verdict{
		"bare":      {Class: account.ClassLimited, Status: 429},
		"window":    limit(account.Limit{Scope: account.ScopeAccount, Reason: "5h", Until: fullHour, Window: true}),
		"shared":    limit(account.Limit{Scope: account.ScopeAccount, Reason: "retry_after", Until: fullHour}),
		"quota":     limit(account.Limit{Scope: account.ScopeAccount, Reason: "quota"}),
		"owner":     limit(account.Limit{Scope: account.ScopeAccount, Reason: "disabled", Owner: true}),
		"refused":   {Class: account.ClassUnauthorized, Status: 401},
		"revoked":   {Class: account.ClassRevoked, Status: 403},
		"challenge": {Class: account.ClassChallenge, Status: 403},
		"error":     {Class: account.ClassServerError, Status: 500},
		"later":     {Class: account.ClassServerError, Status: 503, RetryAfter: time.Minute},
		"overload":  {Class: account.ClassOverloaded, Status: 529},
		"conflict":  {Class: account.ClassRetry, Status: 409},
	}
}

// ward is an upstream where one account is well and all others are ill, each in
// its own way or in another way each time.
type ward struct {
	rng    *rand.Rand
	well   string
	ills   map[string]account.Verdict
	names  []string
	habits map[string]string
}

func (w *ward) RoundTrip(req *http.Request) (*http.Response, error) {
	who := strings.Split(strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer "), "-")[1]
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: req}
	if who == w.well {
		return resp, nil
	}
	ill := w.habits[who]
	if ill == "" {
		ill = w.names[w.rng.IntN(len(w.names))]
	}
	if ill == "unreachable" {
		return nil, errors.New("connection reset")
	}
	resp.StatusCode = w.ills[ill].Status
	resp.Header.Set("X-Ill", ill)
	return resp, nil
}

func (w *ward) says(a providers.Answer) account.Verdict {
	v := w.ills[a.Header.Get("X-Ill")]
	v.Status = a.Status
	v.Limits = slices.Clone(v.Limits)
	for i := range v.Limits {
		v.Limits[i].SeenAt = a.Now
	}
	return v
}

// Whatever the other accounts answer, the one that is well is found by each
// request, by every strategy.
func TestTheHealthyAccountIsFound(t *testing.T) {
	for seed := range uint64(120) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) { findsTheHealthy(t, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func findsTheHealthy(t *testing.T, rng *rand.Rand) {
	accounts := 2 + rng.IntN(8)
	s := rig.Settings()
	strategies := []settings.Strategy{settings.StrategySticky, settings.StrategyRoundRobin, settings.StrategyHybrid, settings.StrategyDrainFirst}
	s.AccountSelectionStrategy = strategies[rng.IntN(len(strategies))]
	w := openOn(t, persistence.NewMemory(), accounts, s)
	w.OnRefresh = func(_ context.Context, creds account.Credentials) (account.Grant, error) {
		who := strings.Split(creds.RefreshToken.Reveal(), "-")[1]
		return account.Grant{AccessToken: account.NewSecret("access-" + who + "-" + fmt.Sprint(rng.Int())), ExpiresAt: time.Now().Add(time.Hour)}, nil
	}
	up := &ward{rng: rng, well: name(rng.IntN(accounts)), ills: ill(time.Now().Add(50 * time.Minute)), habits: map[string]string{}}
	up.names = append(slices.Sorted(maps.Keys(up.ills)), "unreachable")
	for i := range accounts {
		if rng.IntN(2) == 0 {
			up.habits[name(i)] = up.names[rng.IntN(len(up.names))]
		}
	}
	w.says = up.says
	w.client = &http.Client{Transport: w.pool.Transport(up)}
	for i := range 15 {
		ctx := multiaccount.WithAffinity(t.Context(), name(rng.IntN(4)))
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, rig.PlainURL+"/v1/messages", http.NoBody)
		rig.Must(t, err)
		resp, err := w.client.Do(req)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s, %d accounts, request %d: %v, %v; ills %v", s.AccountSelectionStrategy, accounts, i, resp, err, up.habits)
		}
		rig.Must(t, resp.Body.Close())
		time.Sleep(time.Duration(rng.IntN(90)) * time.Second)
	}
}
