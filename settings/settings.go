// Package settings reads what the user may choose: which account serves
// first, how long a limited one rests, when tokens are renewed.
//
// The file is JSON with comments and trailing commas, and every key in it is
// optional:
//
//	{
//	  // use up the quota that is lost soonest
//	  "account_selection_strategy": "drain-first",
//	  "max_wait_ms": 10000,
//	  "providers": {
//	    "openai": { "soft_quota_threshold_percent": 90 },
//	  },
//	}
//
// Reading is strict: a key that does not exist, a value out of range or of
// another type is an [Error] that lists every problem with its line, and
// nothing of such a file is used. [Keys] lists what there is to set.
package settings

import (
	"maps"
	"reflect"
	"slices"
	"time"
)

// FileName is what the settings file is called inside a state directory.
const FileName = "settings.jsonc"

// Strategy names the rule by which an account is picked for a request.
type Strategy string

// The strategies.
const (
	// StrategySticky stays with an account while it is usable.
	StrategySticky Strategy = "sticky"
	// StrategyRoundRobin takes the accounts in turn, by their weights.
	StrategyRoundRobin Strategy = "round-robin"
	// StrategyHybrid scores quota, failures and rest, and changes only for a clear gain.
	StrategyHybrid Strategy = "hybrid"
	// StrategyDrainFirst spends the quota that would be lost soonest.
	StrategyDrainFirst Strategy = "drain-first"
)

// Settings are the user's choices, one field for each key of the file. Start
// from [Default]: the zero value is not valid by itself, and where the engine
// takes a Settings it reads a zero one ([Settings.IsZero]) as the defaults.
//
// Settings is a plain value. A copy shares Providers and OnEvent, so do not
// write to them once others hold the value; then it is safe for concurrent use.
type Settings struct {
	// AccountSelectionStrategy picks the account for a request.
	AccountSelectionStrategy Strategy
	// CrossProcessClaims makes processes on one machine prefer accounts that
	// no other process is using.
	CrossProcessClaims bool
	// SoftQuotaThresholdPercent is the utilization from which an account is
	// passed over while others are below it; 100 switches this off.
	SoftQuotaThresholdPercent int
	// RateLimitMinBackoff is the shortest rest after a limit whose end the
	// provider did not name.
	RateLimitMinBackoff time.Duration
	// DefaultRetryAfter is the rest after a limit that came without any hint.
	DefaultRetryAfter time.Duration
	// AllowPaidUse lets requests go on with an account whose plan is used up where
	// the provider then bills its owner: overage, bought credits. Without it such an
	// account rests until its plan has quota again.
	AllowPaidUse bool
	// MaxConsecutiveAuthFailures is how many refused logins in a row disable
	// an account.
	MaxConsecutiveAuthFailures int
	// TokenFailureBackoff is the rest of an account whose token was refused.
	TokenFailureBackoff time.Duration
	// ProactiveRefresh renews tokens in the background before they end.
	ProactiveRefresh bool
	// ProactiveRefreshBuffer is how long before its end a token is renewed.
	ProactiveRefreshBuffer time.Duration
	// ProactiveRefreshInterval is the time between two looks at all tokens.
	ProactiveRefreshInterval time.Duration
	// UsagePollInterval is how old an account's quota figures get before the
	// provider's usage endpoint is asked for them, while the pool is in use; 0
	// never asks.
	UsagePollInterval time.Duration
	// MaxWait is how long a request waits for the earliest reset when every
	// account is limited; 0 never waits.
	MaxWait time.Duration
	// StickyWait is how long a request waits, with [StrategySticky], for the
	// account of its conversation rather than move to another; 0 never waits.
	StickyWait time.Duration
	// AffinityByAgent makes each sub-agent of a coding agent a conversation of its
	// own, which may be served by another account; else it belongs to the
	// conversation of its parent.
	AffinityByAgent bool
	// MaxAttempts lowers how many times one request is tried; 0 leaves it to
	// the engine's own rule, and a number above that rule changes nothing.
	MaxAttempts int
	// OnEvent is a program and its arguments, run when an account needs its
	// owner; empty for none.
	OnEvent []string
	// QuietMode leaves out notices that are not errors.
	QuietMode bool
	// Debug logs each decision.
	Debug bool

	// Providers holds what differs for one provider, by its name.
	Providers map[string]Override
}

// Override is what differs for one provider. A nil field means "as for all
// providers", an empty endpoint "the provider's own".
type Override struct {
	AccountSelectionStrategy   *Strategy
	CrossProcessClaims         *bool
	SoftQuotaThresholdPercent  *int
	RateLimitMinBackoff        *time.Duration
	DefaultRetryAfter          *time.Duration
	AllowPaidUse               *bool
	MaxConsecutiveAuthFailures *int
	TokenFailureBackoff        *time.Duration
	ProactiveRefresh           *bool
	ProactiveRefreshBuffer     *time.Duration
	ProactiveRefreshInterval   *time.Duration
	UsagePollInterval          *time.Duration
	MaxWait                    *time.Duration
	StickyWait                 *time.Duration
	AffinityByAgent            *bool
	MaxAttempts                *int
	OnEvent                    *[]string
	QuietMode                  *bool
	Debug                      *bool

	// BaseURL is where requests go.
	BaseURL string
	// TokenURL, AuthorizeURL, UsageURL and ProfileURL are the endpoints of
	// login and account data.
	TokenURL     string
	AuthorizeURL string
	UsageURL     string
	ProfileURL   string
	// ClientID is the OAuth client's (RFC 6749 section 2.2).
	ClientID string
	// Scopes are what a login asks for, with spaces between (RFC 6749 section
	// 3.3); Anthropic and OpenAI have their own.
	Scopes string
	// TerminalCodes are the token endpoint's own error codes for a login that is
	// gone, with spaces between; Anthropic and OpenAI have their own.
	TerminalCodes string
	// RedirectURL is the address of this machine that the client is known by,
	// DeviceURL where logins on another device begin (RFC 8628 section 3.1).
	RedirectURL string
	DeviceURL   string
}

// Default returns the settings of somebody who has no settings file.
func Default() Settings {
	var s Settings
	for _, k := range table() {
		k.setDefault(&s)
	}
	return s
}

// IsZero reports whether nothing was set, which stands for [Default].
func (s Settings) IsZero() bool { return reflect.ValueOf(s).IsZero() }

// For returns the settings that hold for one provider: s with the provider's
// override laid over it, and no Providers. Endpoints are not part of the
// result; they are in s.Providers.
func (s Settings) For(provider string) Settings {
	override, resolved := s.Providers[provider], s
	resolved.Providers = nil
	for _, k := range table() {
		k.overlay(&resolved, &override)
	}
	return resolved
}

// Validate checks settings that were put together in code by the rules of
// the file. The error is an [*Error] that lists every problem; the zero value
// has several. What [Load] and [Default] return is always valid.
func (s Settings) Validate() error {
	var found []Problem
	add := func(key string, err error) {
		if err != nil {
			found = append(found, Problem{Key: key, Message: err.Error()})
		}
	}
	for _, k := range table() {
		add(k.describe().Name, k.check(&s))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Providers)) {
		add(providersKey+"."+name, checkProviderName(name))
		override := s.Providers[name]
		for _, k := range table() {
			add(overrideKey(name, k.describe().Name), k.checkOverride(&override))
		}
		for _, e := range endpoints() {
			add(overrideKey(name, e.name), e.check(&override))
		}
	}
	return asError("", found)
}
