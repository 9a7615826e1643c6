package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// poolIsBounded checks that what callers and processes add without end is
// bounded, and that the latest entries are kept.
func poolIsBounded(t trial) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	long, longest := strings.Repeat("k", 65), strings.Repeat("k", 64)
	updatePool(t.T, t.store, func(p *persistence.PoolState) {
		p.Bindings, p.Owned, p.Alerts = map[string]persistence.Binding{}, map[string]persistence.Binding{}, map[string]persistence.Alert{}
		for i := range 10_001 {
			at = at.Add(time.Second)
			p.Bindings[fmt.Sprint(i)] = persistence.Binding{Account: "a", UsedAt: at}
			p.Owned[fmt.Sprint(i)] = persistence.Binding{Account: "a", UsedAt: at}
			p.Alerts[fmt.Sprintf("%d/reauth", i)] = persistence.Alert{At: at}
		}
		p.Bindings[long], p.Bindings[longest] = persistence.Binding{Account: "a", UsedAt: at}, persistence.Binding{Account: "a", UsedAt: at}
	})
	pool := load(t.T, t.store).Pool
	if len(pool.Bindings) != 2000 || len(pool.Owned) != 2000 || len(pool.Alerts) != 10_000 {
		t.Errorf("%d bindings, %d owners and %d alerts are stored", len(pool.Bindings), len(pool.Owned), len(pool.Alerts))
	}
	for key, want := range map[string]bool{"10000": true, longest: true, "8002": true, "0": false, long: false} {
		if _, kept := pool.Bindings[key]; kept != want {
			t.Errorf("the binding of a key of %d bytes (%.5s) is kept: %v", len(key), key, kept)
		}
	}
	if _, kept := pool.Alerts["0/reauth"]; kept {
		t.Error("the oldest alert is kept")
	}
}
