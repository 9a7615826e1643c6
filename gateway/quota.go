package gateway

import (
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

// asksQuota reports whether a request asks the provider how much of its quota is used.
func (x *exchange) asksQuota() bool {
	return x.route.upstream.quota != nil && x.r.Method == http.MethodGet && slices.Contains(x.route.upstream.quota.UsagePaths(), x.route.rest)
}

// tellQuota answers from what is known of the logins that the client may use. One
// account's own answer would have the client stop while others have quota left.
func (x *exchange) tellQuota() *refusal {
	u := x.route.upstream
	all, err := u.pool.Accounts(x.r.Context())
	if err != nil {
		return refusalOf(u.name, err)
	}
	usage := poolUsage(slices.DeleteFunc(all, func(a multiaccount.AccountStatus) bool {
		return a.Kind != account.OAuth || len(x.client.Accounts) > 0 && !slices.Contains(x.client.Accounts, a.ID)
	}), time.Now())
	x.local = &local{status: http.StatusOK, kind: "application/json", text: string(u.quota.TellUsage(usage))}
	return nil
}

// poolUsage takes the logins together that can serve now or after a limit's end.
func poolUsage(all []multiaccount.AccountStatus, now time.Time) providers.PoolUsage {
	u := providers.PoolUsage{Now: now}
	limited, known := 0, 0
	shares := map[string]int{}
	for i := range all {
		a := &all[i]
		switch a.State {
		case multiaccount.StateCooling:
			limited++
		case multiaccount.StateReady, multiaccount.StateBusy:
		default:
			continue
		}
		known++
		if u.Plan == "" {
			u.Plan = a.Plan
		}
		for _, w := range a.Usage {
			u.Windows = share(u.Windows, w, shares, now)
		}
	}
	for i := range u.Windows {
		u.Windows[i].Utilization = math.Round(100*u.Windows[i].Utilization) / 100
	}
	u.Limited = known > 0 && limited == known
	return u
}

// share adds a login's window to those of the others: what is used is the mean, and it
// resets when the first of them does. A window that has begun anew is not used.
func share(windows []account.UsageWindow, w account.UsageWindow, shares map[string]int, now time.Time) []account.UsageWindow {
	if !w.ResetAt.After(now) && !w.ResetAt.IsZero() {
		w.Utilization, w.ResetAt = 0, time.Time{}
	}
	w.Utilization = min(w.Utilization, 100)
	shares[w.Name]++
	i := slices.IndexFunc(windows, func(o account.UsageWindow) bool { return o.Name == w.Name })
	if i < 0 {
		return append(windows, w)
	}
	o := &windows[i]
	o.Utilization += (w.Utilization - o.Utilization) / float64(shares[w.Name])
	if o.ResetAt.IsZero() || !w.ResetAt.IsZero() && w.ResetAt.Before(o.ResetAt) {
		o.ResetAt = w.ResetAt
	}
	return windows
}
