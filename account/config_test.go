package account_test

import (
	"errors"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
)

func TestConfigure(t *testing.T) {
	r := account.Record{Priority: 1, Weight: 2, MaxInFlight: 3, SoftQuotaPercent: 4}
	r.Configure(account.Config{})
	if r.Priority != 1 || r.Weight != 2 || r.MaxInFlight != 3 || r.SoftQuotaPercent != 4 {
		t.Errorf("nothing was to change: %+v", r.WithoutSecrets())
	}
	minus, zero := -5, 0
	r.Configure(account.Config{Priority: &minus, SoftQuotaPercent: &zero})
	if r.Priority != -5 || r.Weight != 2 || r.MaxInFlight != 3 || r.SoftQuotaPercent != 0 {
		t.Errorf("two fields were to change: %+v", r.WithoutSecrets())
	}
}

func TestConfigIsChecked(t *testing.T) {
	of := func(n int) *int { return &n }
	for name, c := range map[string]account.Config{
		"": {Priority: of(-9), Weight: of(account.MaxWeight), MaxInFlight: of(0), SoftQuotaPercent: of(100)}, " ": {},
		"Weight": {Weight: of(0)}, "Weight ": {Weight: of(account.MaxWeight + 1)}, "MaxInFlight": {MaxInFlight: of(-1)},
		"SoftQuotaPercent": {SoftQuotaPercent: of(101)}, "SoftQuotaPercent ": {SoftQuotaPercent: of(-1)},
	} {
		err := c.Check()
		var wrong *account.ConfigError
		if got := errors.As(err, &wrong); got != (name != "" && name != " ") || got && wrong.Field+" " != name && wrong.Field != name {
			t.Errorf("%q: %v", name, err)
		}
	}
}
