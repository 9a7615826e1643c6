package account_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// The same refusal is final after five times and ten minutes, not before.
func TestRefusalsThatLast(t *testing.T) {
	var rec account.Record
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	refuse := func(code string, minute int) bool {
		now := noon.Add(time.Duration(minute) * time.Minute)
		rec.Refusals = rec.Refusals.And(code, now)
		return rec.Refusals.Final(now)
	}
	for i := range 6 {
		if refuse("invalid_request", i) {
			t.Errorf("final after %d minutes", i)
		}
	}
	if refuse("invalid_client", 10) {
		t.Error("another refusal is taken for the same")
	}
	if refuse("invalid_client", 30) {
		t.Error("final after two times")
	}
	refuse("invalid_client", 31)
	refuse("invalid_client", 32)
	if !refuse("invalid_client", 33) {
		t.Error("not final after five times in 23 minutes")
	}
	rec.Apply(account.Grant{})
	if refuse("invalid_client", 60) {
		t.Error("a grant was forgotten")
	}
}
