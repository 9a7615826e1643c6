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
// Reading is strict. A key that does not exist, a value out of range or a value of
// another type makes an [Error], which lists every problem with its line; then nothing
// of the file is used. [Keys] lists what there is to set.
package settings

import (
	"maps"
	"reflect"
	"slices"
	"time"
)

// FileName is what the settings file is called inside a state directory.
const FileName = "settings.jsonc"

// Strategy is the name of the rule that picks an account for a request.
type Strategy string

// The strategies.
const (
	// StrategySticky stays with an account while it is usable.
	StrategySticky Strategy = "sticky"
	// StrategyRoundRobin uses the accounts in turn, by their weights.
	StrategyRoundRobin Strategy = "round-robin"
	// StrategyHybrid scores quota, failures and rest, and changes accounts only
	// for a clear gain.
	StrategyHybrid Strategy = "hybrid"
	// StrategyDrainFirst spends the quota that would be lost soonest.
	StrategyDrainFirst Strategy = "drain-first"
)

// Settings are the user's choices, one field for each key of the file. Start
// from [Default]: the zero value is not valid, but where the engine takes a
// Settings, a zero one ([Settings.IsZero]) means the defaults.
//
// Settings is a plain value. Copies share its maps and lists: do not write to
// them after others have the value. Then it is safe for concurrent use.
type Settings struct {
	// AccountSelectionStrategy picks the account for a request.
	AccountSelectionStrategy Strategy
	// CrossProcessClaims makes processes on one machine prefer accounts that no
	// other process uses.
	CrossProcessClaims bool
	// SoftQuotaThresholdPercent is the utilization from which an account is passed
	// over while others are below it; 100 switches this off.
	SoftQuotaThresholdPercent int
	// RateLimitMinBackoff is the shortest rest after a limit for which the
	// provider gave no end.
	RateLimitMinBackoff time.Duration
	// DefaultRetryAfter is the rest after a limit that says nothing about its end.
	DefaultRetryAfter time.Duration
	// AllowPaidUse goes on using an account whose plan is used up when the
	// provider then bills its owner: overage, bought credits. Without it such an
	// account rests until its plan has quota again.
	AllowPaidUse bool
	// MaxConsecutiveAuthFailures is how many failures of a login in a row disable
	// its account.
	MaxConsecutiveAuthFailures int
	// TokenFailureBackoff is the rest of an account whose token was refused.
	TokenFailureBackoff time.Duration
	// ProactiveRefresh renews tokens in the background before they end.
	ProactiveRefresh bool
	// ProactiveRefreshBuffer is how long before its end a token is renewed.
	ProactiveRefreshBuffer time.Duration
	// ProactiveRefreshInterval is the time between two checks of all tokens.
	ProactiveRefreshInterval time.Duration
	// UsagePollInterval is how old an account's quota figures may be before the
	// provider's usage endpoint is asked for new ones, while the pool is in use; 0
	// never asks.
	UsagePollInterval time.Duration
	// MaxWait is how long a request waits for the earliest reset when every
	// account is limited; 0 never waits.
	MaxWait time.Duration
	// StickyWait is how long a request waits, with [StrategySticky], for the
	// account of its conversation before it moves to another; 0 never waits.
	StickyWait time.Duration
	// AffinityByAgent makes each sub-agent of a coding agent a conversation of its
	// own, which another account may serve. Without it a sub-agent belongs to the
	// conversation of its parent.
	AffinityByAgent bool
	// MaxAttempts lowers how many times one request is tried; 0 means the engine's
	// own rule, and so does a number above it.
	MaxAttempts int
	// OnEvent is a program with its arguments. It runs when an account needs its
	// owner; empty for none.
	OnEvent []string
	// QuietMode logs errors only.
	QuietMode bool
	// Debug logs each decision.
	Debug bool

	// Store says where the accounts are.
	Store Store
	// Chains are pools of which the next serves when one cannot, by their names.
	Chains map[string][]Link
	// Prices are what models cost, by patterns in which "*" stands for any text, and
	// Currency what the amounts are in; empty for nothing that is said.
	Prices   map[string]Price
	Currency string

	// Providers holds what differs for one provider, by its name.
	Providers map[string]Override
}

// Override has what differs for one provider. A nil field means "as for all
// providers", an empty endpoint means "the provider's own".
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
	// Scopes are what a login asks for, separated by spaces (RFC 6749 section
	// 3.3). Anthropic and OpenAI have their own.
	Scopes string
	// TerminalCodes are the token endpoint's own error codes for a login that is
	// gone for good, separated by spaces. Anthropic and OpenAI have their own.
	TerminalCodes string
	// RedirectURL is the client's redirect address on this machine. DeviceURL is
	// where logins on another device begin (RFC 8628 section 3.1).
	RedirectURL string
	DeviceURL   string
}

// Default returns the settings without a settings file.
func Default() Settings {
	var s Settings
	for _, k := range table() {
		k.setDefault(&s)
	}
	return s
}

// IsZero reports whether nothing is set, which means [Default].
func (s Settings) IsZero() bool { return reflect.ValueOf(s).IsZero() }

// For returns the settings for one provider: s with the provider's override
// applied, and without Providers. Endpoints are not part of the result; they
// are in s.Providers.
func (s Settings) For(provider string) Settings {
	override, resolved := s.Providers[provider], s
	resolved.Providers = nil
	for _, k := range table() {
		k.overlay(&resolved, &override)
	}
	return resolved
}

// Validate checks settings that were made in code, by the rules of the file.
// The error is an [*Error] that lists every problem. The zero value is not
// valid. What [Load] and [Default] return always is.
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
	add(storeKey, s.Store.check())
	for _, name := range slices.Sorted(maps.Keys(s.Chains)) {
		add(chainsKey+"."+name, CheckChain(name, s.Chains[name]))
	}
	s.pricesProblems(add)
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
