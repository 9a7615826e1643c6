package settings_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/settings"
)

// load writes content to a file and loads it.
func load(t *testing.T, content string) (settings.Settings, error) {
	t.Helper()
	return settings.Load(writeFile(t, content))
}

func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), settings.FileName)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// checkEveryKey checks that a text has every setting, at the top or for a provider.
func checkEveryKey(t *testing.T, text string, provider bool) {
	t.Helper()
	for _, k := range settings.Keys() {
		if (provider || !k.ProviderOnly) && !strings.Contains(text, `"`+k.Name+`":`) {
			t.Errorf("the text has no %s", k.Name)
		}
	}
}

func TestLoadAcceptsEveryKey(t *testing.T) {
	text := `{
		"account_selection_strategy": "drain-first",
		"cross_process_claims": false,
		"soft_quota_threshold_percent": 80,
		"rate_limit_min_backoff_ms": 1,
		"default_retry_after_ms": 2,
		"max_consecutive_auth_failures": 4,
		"token_failure_backoff_ms": 5,
		"proactive_refresh": false,
		"proactive_refresh_buffer_seconds": 60,
		"proactive_refresh_interval_seconds": 30,
		"usage_poll_interval_seconds": 0,
		"max_wait_ms": 0,
		"sticky_wait_ms": 9,
		"affinity_by_agent": false,
		"max_attempts": 6,
		"on_event": ["notify", "--now"],
		"quiet_mode": true,
		"debug": true,
		"allow_paid_use": true
	}`
	checkEveryKey(t, text, false)
	got, err := load(t, text)
	if err != nil {
		t.Fatal(err)
	}
	want := settings.Settings{
		AccountSelectionStrategy:   settings.StrategyDrainFirst,
		SoftQuotaThresholdPercent:  80,
		RateLimitMinBackoff:        time.Millisecond,
		DefaultRetryAfter:          2 * time.Millisecond,
		MaxConsecutiveAuthFailures: 4,
		TokenFailureBackoff:        5 * time.Millisecond,
		ProactiveRefreshBuffer:     time.Minute,
		ProactiveRefreshInterval:   30 * time.Second,
		StickyWait:                 9 * time.Millisecond,
		MaxAttempts:                6,
		OnEvent:                    []string{"notify", "--now"},
		QuietMode:                  true,
		Debug:                      true,
		AllowPaidUse:               true,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestLoadAcceptsEveryKeyForAProvider(t *testing.T) {
	text := `{"providers": {"my-ai_2.0": {
		"account_selection_strategy": "hybrid",
		"cross_process_claims": false,
		"soft_quota_threshold_percent": 0,
		"rate_limit_min_backoff_ms": 1,
		"default_retry_after_ms": 2,
		"max_consecutive_auth_failures": 4,
		"token_failure_backoff_ms": 5,
		"proactive_refresh": false,
		"proactive_refresh_buffer_seconds": 60,
		"proactive_refresh_interval_seconds": 30,
		"usage_poll_interval_seconds": 30,
		"max_wait_ms": 6,
		"sticky_wait_ms": 8,
		"max_attempts": 7,
		"on_event": [],
		"quiet_mode": true,
		"debug": true,
		"base_url": "http://127.0.0.1:8080/api",
		"token_url": "https://login.example/token?tenant=a",
		"authorize_url": "http://localhost/authorize",
		"usage_url": "http://[::1]:1/usage",
		"profile_url": "https://login.example/me",
		"client_id": "app_1",
		"scopes": "read write",
		"terminal_codes": "bad_refresh_token gone",
		"redirect_url": "http://127.0.0.1:8085/callback",
		"device_url": "https://login.example/device",
		"allow_paid_use": true,
		"affinity_by_agent": false,
	}}}`
	checkEveryKey(t, text, true)
	got, err := load(t, text)
	if err != nil {
		t.Fatal(err)
	}
	want := settings.Override{
		AllowPaidUse:               new(true),
		AffinityByAgent:            new(false),
		Scopes:                     "read write",
		TerminalCodes:              "bad_refresh_token gone",
		RedirectURL:                "http://127.0.0.1:8085/callback",
		DeviceURL:                  "https://login.example/device",
		AccountSelectionStrategy:   new(settings.StrategyHybrid),
		CrossProcessClaims:         new(false),
		SoftQuotaThresholdPercent:  new(0),
		RateLimitMinBackoff:        new(time.Millisecond),
		DefaultRetryAfter:          new(2 * time.Millisecond),
		MaxConsecutiveAuthFailures: new(4),
		TokenFailureBackoff:        new(5 * time.Millisecond),
		ProactiveRefresh:           new(false),
		ProactiveRefreshBuffer:     new(time.Minute),
		ProactiveRefreshInterval:   new(30 * time.Second),
		UsagePollInterval:          new(30 * time.Second),
		MaxWait:                    new(6 * time.Millisecond),
		StickyWait:                 new(8 * time.Millisecond),
		MaxAttempts:                new(7),
		OnEvent:                    new([]string(nil)),
		QuietMode:                  new(true),
		Debug:                      new(true),
		BaseURL:                    "http://127.0.0.1:8080/api",
		TokenURL:                   "https://login.example/token?tenant=a",
		AuthorizeURL:               "http://localhost/authorize",
		UsageURL:                   "http://[::1]:1/usage",
		ProfileURL:                 "https://login.example/me",
		ClientID:                   "app_1",
	}
	if override := got.Providers["my-ai_2.0"]; !reflect.DeepEqual(override, want) {
		t.Errorf("got  %+v\nwant %+v", override, want)
	}
}

// The tests above name every field by hand; a field added later must join them.
func TestEveryFieldHasAKey(t *testing.T) {
	var shared, own int
	for _, k := range settings.Keys() {
		if k.ProviderOnly {
			own++
		} else {
			shared++
		}
	}
	if n := reflect.TypeFor[settings.Settings]().NumField(); n != shared+5 {
		t.Errorf("Settings has %d fields for %d keys, the store, chains, prices, their currency and providers", n, shared)
	}
	if n := reflect.TypeFor[settings.Override]().NumField(); n != shared+own {
		t.Errorf("Override has %d fields for %d keys", n, shared+own)
	}
}

func TestLoadKeepsDefaultsOfWhatIsNotSaid(t *testing.T) {
	tests := map[string]string{
		"empty object":             `{}`,
		"comments":                 "// nothing\n{ /* yet */ } // end without a line end",
		"byte order mark":          "\ufeff{}",
		"Windows line ends":        "{\r\n}\r\n",
		"a default written out":    `{"max_wait_ms": 30000}`,
		"an empty provider object": `{"providers": {}}`,
	}
	for name, content := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := load(t, content)
			got.Providers = nil
			if err != nil || !reflect.DeepEqual(got, settings.Default()) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestLoadWithoutAFileIsTheDefaults(t *testing.T) {
	got, err := settings.Load(filepath.Join(t.TempDir(), "none", settings.FileName))
	if err != nil || !reflect.DeepEqual(got, settings.Default()) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestLoadReportsAFileItCannotRead(t *testing.T) {
	dir := t.TempDir()
	if _, err := settings.Load(dir); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("a folder in place of the file: %v", err)
	}
	_, err := load(t, strings.Repeat(" ", 70_000)+"{}")
	if err == nil || !strings.Contains(err.Error(), "larger than 64 KiB") {
		t.Errorf("an oversized file: %v", err)
	}
}

func TestLoadRefuses(t *testing.T) {
	const ms = "a whole number of milliseconds, at least 0 and no more than 100 years"
	const url = "must be an https:// URL without user name, password or fragment (http:// only for this machine itself)"
	const name = "must be a provider's name: lower-case letters, digits, '-', '_' and '.'"
	provider := func(setting string) string { return `{"providers": {"openai": {` + setting + `}}}` }
	tests := map[string]struct {
		content string
		want    string // after the path
	}{
		"an empty file":        {"", `:2:1: not valid JSON with comments: parsing value`},
		"a list":               {`[]`, `:1:1: must be an object, { … }, not a list`},
		"trailing garbage":     {"{}\n}", `:2:1: not valid JSON with comments: invalid character '}' after top-level value`},
		"a missing comma":      {"{\"debug\": true\n \"quiet_mode\": true}", `:2:2: not valid JSON with comments: invalid character '"' after object value (expecting ',' or '}')`},
		"an unquoted value":    {`{"account_selection_strategy": sticky}`, `:1:32: not valid JSON with comments: invalid literal`},
		"an open comment":      {"{} /*", `:1:4: not valid JSON with comments: parsing comment`},
		"a misspelt key":       {`{"max_wait_msec": 1}`, `:1:2: max_wait_msec: no such setting; did you mean "max_wait_ms"?`},
		"swapped letters":      {`{"dbeug": true}`, `:1:2: dbeug: no such setting; did you mean "debug"?`},
		"another spelling":     {`{"softQuotaThresholdPercent": 1}`, `:1:2: softQuotaThresholdPercent: no such setting; did you mean "soft_quota_threshold_percent"?`},
		"a misspelt endpoint":  {provider(`"baseurl": ""`), `:1:27: providers.openai.baseurl: no such setting; did you mean "base_url"?`},
		"a misplaced endpoint": {`{"base_url": ""}`, `:1:2: base_url: stands under "providers.<name>" only: each provider has its own`},
		"a key that stands twice": {
			"{\"debug\": true,\n\"debug\": false}",
			`:2:1: debug: stands twice, first in line 1; keep one`,
		},
		"a provider that stands twice": {
			"{\"providers\": {\"a\": {},\n\"a\": {}}}",
			`:2:1: providers.a: stands twice, first in line 1; keep one`,
		},
		"a number for a boolean": {`{"debug": 1}`, `:1:11: debug: must be true or false, not 1`},
		"null":                   {`{"debug": null}`, `:1:11: debug: must be true or false, not null`},
		"text for a number":      {`{"max_wait_ms": "1"}`, `:1:17: max_wait_ms: must be ` + ms + `, not "1"`},
		"a fraction":             {`{"max_wait_ms": 1.5}`, `:1:17: max_wait_ms: must be ` + ms + `, not 1.5`},
		"a negative duration":    {`{"max_wait_ms": -1}`, `:1:17: max_wait_ms: must be ` + ms + `, not -1`},
		"a duration that would overflow": {
			`{"max_wait_ms": 9223372036854775807}`,
			`:1:17: max_wait_ms: must be ` + ms + `, not 9223372036854775807`,
		},
		"a number of many digits": {
			`{"max_wait_ms": ` + strings.Repeat("9", 50) + `}`,
			`:1:17: max_wait_ms: must be ` + ms + `, not a longer value`,
		},
		"a short buffer": {
			`{"proactive_refresh_buffer_seconds": 59}`,
			`:1:38: proactive_refresh_buffer_seconds: must be a whole number of seconds, at least 60 and no more than 100 years, not 59`,
		},
		"a short interval": {
			`{"proactive_refresh_interval_seconds": 29}`,
			`:1:40: proactive_refresh_interval_seconds: must be a whole number of seconds, at least 30 and no more than 100 years, not 29`,
		},
		"polls in quick succession": {
			`{"usage_poll_interval_seconds": 29}`,
			`:1:33: usage_poll_interval_seconds: must be 0, or a whole number of seconds, at least 30 and no more than 100 years, not 29`,
		},
		"a percentage above 100": {
			`{"soft_quota_threshold_percent": 101}`,
			`:1:34: soft_quota_threshold_percent: must be a whole number from 0 to 100, not 101`,
		},
		"no failures at all": {
			`{"max_consecutive_auth_failures": 0}`,
			`:1:35: max_consecutive_auth_failures: must be a whole number, at least 1, not 0`,
		},
		"negative attempts":   {`{"max_attempts": -1}`, `:1:18: max_attempts: must be a whole number, at least 0, not -1`},
		"a list for a number": {`{"max_attempts": [1]}`, `:1:18: max_attempts: must be a whole number, at least 0, not a list`},
		"an unknown strategy": {
			`{"account_selection_strategy": "stick"}`,
			`:1:32: account_selection_strategy: must be "sticky", "round-robin", "hybrid" or "drain-first", not "stick"`,
		},
		"a boolean for the strategy": {
			`{"account_selection_strategy": true}`,
			`:1:32: account_selection_strategy: must be "sticky", "round-robin", "hybrid" or "drain-first", not true`,
		},
		"providers as a list":          {`{"providers": []}`, `:1:15: providers: must be an object, { … }, not a list`},
		"a provider that is no object": {`{"providers": {"a": 1}}`, `:1:21: providers.a: must be an object, { … }, not 1`},
		"a provider in capitals":       {`{"providers": {"OpenAI": {}}}`, `:1:16: providers.OpenAI: ` + name},
		"a provider called ..":         {`{"providers": {"..": {}}}`, `:1:16: providers...: ` + name},
		"providers in a provider":      {provider(`"providers": {}`), `:1:27: providers.openai.providers: no such setting; there are account_selection_strategy,`},
		"a provider's value":           {provider(`"debug": "yes"`), `:1:36: providers.openai.debug: must be true or false, not "yes"`},
		"a URL without scheme":         {provider(`"base_url": "api.example"`), `:1:39: providers.openai.base_url: ` + url},
		"a URL without host":           {provider(`"base_url": "https://"`), `:1:39: providers.openai.base_url: ` + url},
		"clear text over a network":    {provider(`"token_url": "http://api.example"`), `:1:40: providers.openai.token_url: ` + url},
		"another scheme":               {provider(`"usage_url": "file://localhost/x"`), `:1:40: providers.openai.usage_url: ` + url},
		"a fragment":                   {provider(`"profile_url": "https://a.example/#"`), `:1:42: providers.openai.profile_url: ` + url},
		"an empty URL":                 {provider(`"base_url": ""`), `:1:39: providers.openai.base_url: ` + url},
		"a number for a URL":           {provider(`"base_url": 1`), `:1:39: providers.openai.base_url: ` + url + `, not 1`},
		"scopes with a gap":            {provider(`"scopes": "a  b"`), `:1:37: providers.openai.scopes: must be words with single spaces between`},
		"no scopes":                    {provider(`"scopes": ""`), `:1:37: providers.openai.scopes: must be words`},
		"a callback elsewhere":         {provider(`"redirect_url": "http://a.example/callback"`), `:1:43: providers.openai.redirect_url: must be an http:// address of this machine itself`},
		"a callback over TLS":          {provider(`"redirect_url": "https://localhost/callback"`), `:1:43: providers.openai.redirect_url: must be an http:// address`},
		"a callback with a query":      {provider(`"redirect_url": "http://localhost/callback?a=b"`), `:1:43: providers.openai.redirect_url: must be an http:// address`},
		"a client id of two words":     {provider(`"client_id": "a b"`), `:1:40: providers.openai.client_id: must be text without spaces`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := load(t, tt.content)
			problem, ok := errors.AsType[*settings.Error](err)
			if !ok || !got.IsZero() {
				t.Fatalf("got %+v, %v", got, err)
			}
			text := strings.TrimPrefix(err.Error(), "the settings cannot be used:\n"+problem.Path)
			if !strings.HasPrefix(text, tt.want) || strings.Contains(text, "\n") {
				t.Errorf("got  %s\nwant %s", text, tt.want)
			}
		})
	}
}

func TestLoadListsAllProblemsInTheirOrder(t *testing.T) {
	_, err := load(t, `{
		"debug": 1,
		"providers": {"openai": {"max_wait_ms": -1}},
		"nonsense": 2,
		"max_attempts": -3,
	}`)
	problems, ok := errors.AsType[*settings.Error](err)
	if !ok {
		t.Fatal(err)
	}
	var got []string
	for _, p := range problems.Problems {
		got = append(got, p.Key)
	}
	want := []string{"debug", "providers.openai.max_wait_ms", "nonsense", "max_attempts"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if lines := strings.Count(err.Error(), "\n"); lines != len(want) {
		t.Errorf("%d lines in %q", lines, err)
	}
}

func TestLoadNeverShowsThePasswordOfAURL(t *testing.T) {
	_, err := load(t, `{"providers": {"a": {"base_url": "https://user:hunter2@a.example"}}}`)
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}
