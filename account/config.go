package account

import "fmt"

// Config is a change of what an owner sets for an account. A nil field stays as
// it is; the zero value changes nothing.
type Config struct {
	// Priority puts accounts in tiers, the highest serving first.
	Priority *int
	// Weight is the account's share with round-robin, 1 to 10 000.
	Weight *int
	// MaxInFlight limits the requests at the same time; 0 means no limit.
	MaxInFlight *int
	// SoftQuotaPercent is the utilization from which on the account is spared while
	// others can serve, 1 to 100 (never); 0 means as the settings say.
	SoftQuotaPercent *int
}

// MaxWeight bounds what one account may weigh.
const MaxWeight = 10_000

// ConfigError says which field of a [Config] is wrong.
type ConfigError struct {
	// Field is the name of the field.
	Field string
	// Problem says what is allowed.
	Problem string
}

// Error names the field and the problem.
func (e *ConfigError) Error() string { return e.Field + ": " + e.Problem }

// Check returns a *[ConfigError] for the first field that is out of its range.
func (c Config) Check() error {
	for _, f := range []struct {
		name        string
		value       *int
		least, most int
		allowed     string
	}{
		{"Weight", c.Weight, 1, MaxWeight, fmt.Sprintf("1 to %d is allowed", MaxWeight)},
		{"MaxInFlight", c.MaxInFlight, 0, 1 << 30, "0 (no limit) or more is allowed"},
		{"SoftQuotaPercent", c.SoftQuotaPercent, 0, 100, "0 (as the settings say) to 100 (never spared) is allowed"},
	} {
		if f.value != nil && (*f.value < f.least || *f.value > f.most) {
			return &ConfigError{Field: f.name, Problem: f.allowed}
		}
	}
	return nil
}

// Configure sets what c says.
func (r *Record) Configure(c Config) {
	for _, f := range []struct {
		value *int
		field *int
	}{{c.Priority, &r.Priority}, {c.Weight, &r.Weight}, {c.MaxInFlight, &r.MaxInFlight}, {c.SoftQuotaPercent, &r.SoftQuotaPercent}} {
		if f.value != nil {
			*f.field = *f.value
		}
	}
}
