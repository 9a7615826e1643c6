package settings_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/settings"
)

func TestDefault(t *testing.T) {
	want := settings.Settings{
		AccountSelectionStrategy:   settings.StrategySticky,
		CrossProcessClaims:         true,
		SoftQuotaThresholdPercent:  100,
		RateLimitMinBackoff:        30 * time.Second,
		DefaultRetryAfter:          60 * time.Second,
		MaxConsecutiveAuthFailures: 3,
		TokenFailureBackoff:        30 * time.Second,
		ProactiveRefresh:           true,
		ProactiveRefreshBuffer:     1800 * time.Second,
		ProactiveRefreshInterval:   300 * time.Second,
		UsagePollInterval:          300 * time.Second,
		MaxWait:                    30 * time.Second,
		StickyWait:                 3 * time.Second,
		AffinityByAgent:            true,
	}
	if got := settings.Default(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if err := settings.Default().Validate(); err != nil {
		t.Error(err)
	}
}

func TestForLaysTheOverrideOverTheRest(t *testing.T) {
	s := settings.Default()
	s.MaxAttempts = 5
	s.Providers = map[string]settings.Override{"openai": {
		CrossProcessClaims: new(false),
		MaxWait:            new(time.Duration(0)),
		BaseURL:            "https://api.example",
	}}
	want := settings.Default()
	want.MaxAttempts = 5
	if got := s.For("anthropic"); !reflect.DeepEqual(got, want) {
		t.Errorf("a provider without override: %+v", got)
	}
	want.CrossProcessClaims, want.MaxWait = false, 0
	if got := s.For("openai"); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if !s.CrossProcessClaims || len(s.Providers) != 1 {
		t.Errorf("For changed its receiver: %+v", s)
	}
}

func TestIsZero(t *testing.T) {
	if !(settings.Settings{}).IsZero() {
		t.Error("the zero value is not zero")
	}
	if settings.Default().IsZero() || (settings.Settings{Debug: true}).IsZero() {
		t.Error("something set counts as zero")
	}
}

func TestValidateNamesEveryKeyAtFault(t *testing.T) {
	tests := map[string]struct {
		change func(*settings.Settings)
		want   []string
	}{
		"the zero value": {
			func(s *settings.Settings) { *s = settings.Settings{} },
			[]string{
				"account_selection_strategy", "max_consecutive_auth_failures",
				"proactive_refresh_buffer_seconds", "proactive_refresh_interval_seconds",
			},
		},
		"less than a unit below zero": {
			func(s *settings.Settings) { s.MaxWait = -time.Microsecond },
			[]string{"max_wait_ms"},
		},
		"an endless wait": {
			func(s *settings.Settings) { s.MaxWait = 1<<63 - 1 },
			[]string{"max_wait_ms"},
		},
		"overrides, by provider": {
			func(s *settings.Settings) {
				s.Providers = map[string]settings.Override{
					"b": {SoftQuotaThresholdPercent: new(-1), ClientID: " "},
					"a": {TokenURL: "http://a.example"},
					"C": {},
				}
			},
			[]string{
				"providers.C", "providers.a.token_url",
				"providers.b.soft_quota_threshold_percent", "providers.b.client_id",
			},
		},
		"durations between two units": {
			func(s *settings.Settings) { s.MaxWait = 1500 * time.Microsecond },
			nil,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := settings.Default()
			tt.change(&s)
			if got := keysAtFault(t, s.Validate()); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func keysAtFault(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	found, ok := errors.AsType[*settings.Error](err)
	if !ok {
		t.Fatalf("got %T: %v", err, err)
	}
	var keys []string
	for _, p := range found.Problems {
		if p.Line != 0 || p.Column != 0 || p.Message == "" {
			t.Errorf("unexpected place or no message: %+v", p)
		}
		keys = append(keys, p.Key)
	}
	return keys
}

func TestValidateSaysWhatIsAllowed(t *testing.T) {
	s := settings.Default()
	s.MaxWait = -500 * time.Microsecond
	const want = "the settings cannot be used:\n" +
		"max_wait_ms: must be a whole number of milliseconds, at least 0 and no more than 100 years, not -0.5"
	if err := s.Validate(); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestKeysDescribeThemselves(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range settings.Keys() {
		if seen[k.Name] {
			t.Errorf("%s stands twice", k.Name)
		}
		seen[k.Name] = true
		if k.Allowed == "" || k.Help == "" || k.ProviderOnly != (k.Default == "") {
			t.Errorf("incomplete: %+v", k)
		}
	}
}

// Every default is a value that the file may hold, and means the default.
func TestDefaultsCanBeWrittenOut(t *testing.T) {
	content := "{\n"
	for _, k := range settings.Keys() {
		if !k.ProviderOnly {
			content += `"` + k.Name + `": ` + k.Default + ", // " + k.Help + "\n"
		}
	}
	got, err := load(t, content+"}")
	if err != nil || !reflect.DeepEqual(got, settings.Default()) {
		t.Errorf("got %+v, %v", got, err)
	}
}
