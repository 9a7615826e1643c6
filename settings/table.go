package settings

import (
	"slices"
	"time"
)

// table holds every setting once: strict reading, defaults, validation and
// overrides follow from it.
func table() []key {
	return slices.Concat(selectionTable(), limitsTable(), loginsTable(), requestsTable(), noticesTable())
}

// selectionTable holds the settings of the choice of an account.
func selectionTable() []key {
	return []key{
		setting[Strategy]{
			"account_selection_strategy", StrategySticky,
			oneOf{StrategySticky, StrategyRoundRobin, StrategyHybrid, StrategyDrainFirst},
			"the rule by which an account is picked for a request",
			func(s *Settings) *Strategy { return &s.AccountSelectionStrategy },
			func(o *Override) **Strategy { return &o.AccountSelectionStrategy },
		},
		setting[bool]{
			"cross_process_claims", true,
			boolean{},
			"prefer accounts that no other process on this machine is using",
			func(s *Settings) *bool { return &s.CrossProcessClaims },
			func(o *Override) **bool { return &o.CrossProcessClaims },
		},
		setting[int]{
			"soft_quota_threshold_percent", 100,
			between{0, 100},
			"pass an account over from this utilization on; 100 switches it off",
			func(s *Settings) *int { return &s.SoftQuotaThresholdPercent },
			func(o *Override) **int { return &o.SoftQuotaThresholdPercent },
		},
	}
}

// limitsTable holds the settings of limits: how long an account rests, and what is
// spent.
func limitsTable() []key {
	return []key{
		setting[time.Duration]{
			"rate_limit_min_backoff_ms", 30 * time.Second, milliseconds(),
			"shortest rest after a limit whose end the provider did not name",
			func(s *Settings) *time.Duration { return &s.RateLimitMinBackoff },
			func(o *Override) **time.Duration { return &o.RateLimitMinBackoff },
		},
		setting[time.Duration]{
			"default_retry_after_ms", time.Minute, milliseconds(),
			"rest after a limit that came without any hint",
			func(s *Settings) *time.Duration { return &s.DefaultRetryAfter },
			func(o *Override) **time.Duration { return &o.DefaultRetryAfter },
		},
		setting[bool]{
			"allow_paid_use", false,
			boolean{},
			"go on with an account whose plan is used up where the provider then bills its owner",
			func(s *Settings) *bool { return &s.AllowPaidUse },
			func(o *Override) **bool { return &o.AllowPaidUse },
		},
	}
}

// loginsTable holds the settings of logins: when one is disabled, when tokens are
// renewed, and when figures are asked for.
func loginsTable() []key {
	return []key{
		setting[int]{
			"max_consecutive_auth_failures", 3, atLeast(1),
			"refused logins in a row that disable an account",
			func(s *Settings) *int { return &s.MaxConsecutiveAuthFailures },
			func(o *Override) **int { return &o.MaxConsecutiveAuthFailures },
		},
		setting[time.Duration]{
			"token_failure_backoff_ms", 30 * time.Second, milliseconds(),
			"rest of an account whose token was refused",
			func(s *Settings) *time.Duration { return &s.TokenFailureBackoff },
			func(o *Override) **time.Duration { return &o.TokenFailureBackoff },
		},
		setting[bool]{
			"proactive_refresh", true,
			boolean{},
			"renew tokens in the background before they end",
			func(s *Settings) *bool { return &s.ProactiveRefresh },
			func(o *Override) **bool { return &o.ProactiveRefresh },
		},
		setting[time.Duration]{
			"proactive_refresh_buffer_seconds", 30 * time.Minute, seconds(time.Minute),
			"how long before its end a token is renewed",
			func(s *Settings) *time.Duration { return &s.ProactiveRefreshBuffer },
			func(o *Override) **time.Duration { return &o.ProactiveRefreshBuffer },
		},
		setting[time.Duration]{
			"proactive_refresh_interval_seconds", 5 * time.Minute, seconds(30 * time.Second),
			"time between two looks at all tokens",
			func(s *Settings) *time.Duration { return &s.ProactiveRefreshInterval },
			func(o *Override) **time.Duration { return &o.ProactiveRefreshInterval },
		},
		setting[time.Duration]{
			"usage_poll_interval_seconds", 5 * time.Minute,
			orOff{seconds(30 * time.Second)},
			"how old an account's quota figures get before the provider is asked for them; 0 never asks",
			func(s *Settings) *time.Duration { return &s.UsagePollInterval },
			func(o *Override) **time.Duration { return &o.UsagePollInterval },
		},
	}
}

// requestsTable holds the settings of a request: how it waits and is tried.
func requestsTable() []key {
	return []key{
		setting[time.Duration]{
			"max_wait_ms", 30 * time.Second, milliseconds(),
			"how long a request waits for a reset when every account is limited",
			func(s *Settings) *time.Duration { return &s.MaxWait },
			func(o *Override) **time.Duration { return &o.MaxWait },
		},
		setting[time.Duration]{
			"sticky_wait_ms", 3 * time.Second, milliseconds(),
			"how long the sticky strategy waits for a conversation's own account when that is limited; 0 moves at once",
			func(s *Settings) *time.Duration { return &s.StickyWait },
			func(o *Override) **time.Duration { return &o.StickyWait },
		},
		setting[bool]{
			"affinity_by_agent", true,
			boolean{},
			"take a sub-agent of Claude Code or Codex for a conversation of its own, which may have another account than its parent",
			func(s *Settings) *bool { return &s.AffinityByAgent },
			func(o *Override) **bool { return &o.AffinityByAgent },
		},
		setting[int]{
			"max_attempts", 0, atLeast(0),
			"lowers how many times one request is tried; 0 leaves the built-in rule",
			func(s *Settings) *int { return &s.MaxAttempts },
			func(o *Override) **int { return &o.MaxAttempts },
		},
	}
}

// noticesTable holds the settings of what the owner is told.
func noticesTable() []key {
	return []key{
		setting[[]string]{
			"on_event", nil,
			argv{},
			"program to run when an account needs its owner, with the event on its standard input",
			func(s *Settings) *[]string { return &s.OnEvent },
			func(o *Override) **[]string { return &o.OnEvent },
		},
		setting[bool]{
			"quiet_mode", false,
			boolean{},
			"leave out notices that are not errors",
			func(s *Settings) *bool { return &s.QuietMode },
			func(o *Override) **bool { return &o.QuietMode },
		},
		setting[bool]{
			"debug", false,
			boolean{},
			"log each decision",
			func(s *Settings) *bool { return &s.Debug },
			func(o *Override) **bool { return &o.Debug },
		},
	}
}

// endpoints holds the keys that only a provider has.
func endpoints() []endpoint {
	return []endpoint{
		{"base_url", webURL{}, "where requests go", func(o *Override) *string { return &o.BaseURL }},
		{"token_url", webURL{}, "OAuth token endpoint", func(o *Override) *string { return &o.TokenURL }},
		{"authorize_url", webURL{}, "OAuth authorization endpoint", func(o *Override) *string { return &o.AuthorizeURL }},
		{"usage_url", webURL{}, "endpoint for quota figures", func(o *Override) *string { return &o.UsageURL }},
		{"profile_url", webURL{}, "endpoint for the account's profile", func(o *Override) *string { return &o.ProfileURL }},
		{"client_id", word{}, "OAuth client identifier", func(o *Override) *string { return &o.ClientID }},
		{"scopes", words{}, "OAuth scopes that a login asks for", func(o *Override) *string { return &o.Scopes }},
		{"terminal_codes", words{}, "error codes of the token endpoint that end a login", func(o *Override) *string { return &o.TerminalCodes }},
		{"redirect_url", callbackURL{}, "where a login comes back to", func(o *Override) *string { return &o.RedirectURL }},
		{"device_url", webURL{}, "OAuth device authorization endpoint", func(o *Override) *string { return &o.DeviceURL }},
	}
}
