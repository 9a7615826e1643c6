package account_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// What was seen by a clock that has been set back since moves with it, once;
// what was seen before stays, and so does the record that was copied.
func TestSetBack(t *testing.T) {
	now, by := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), 24*time.Hour
	old := account.Limit{Scope: account.ScopeModel, Model: "m", SeenAt: now.Add(-time.Hour), Until: now.Add(time.Hour)}
	late := account.Limit{Scope: account.ScopeAccount, SeenAt: now.Add(by), Until: now.Add(by + time.Minute)}
	before := account.Record{Limits: []account.Limit{old, late}, Fault: &account.Fault{At: now.Add(by)}}
	before.RefusedToken.At, before.Refusals.Since = now.Add(by), now.Add(by)
	if !before.FromAfter(now) {
		t.Error("what was seen tomorrow is not noticed")
	}
	r := before
	for range 2 {
		r.SetBack(now, by)
		if got := r.Limits[1]; r.Limits[0] != old || !got.SeenAt.Equal(now) || !got.Until.Equal(now.Add(time.Minute)) {
			t.Errorf("limits %+v", r.Limits)
		}
		if !r.Fault.At.Equal(now) || !r.RefusedToken.At.Equal(now) || !r.Refusals.Since.Equal(now) || r.FromAfter(now) {
			t.Errorf("the fault is of %v, the refusals are of %v and %v", r.Fault.At, r.RefusedToken.At, r.Refusals.Since)
		}
	}
	if before.Limits[1] != late || !before.Fault.At.Equal(now.Add(by)) {
		t.Error("the copied record was written to")
	}
}
