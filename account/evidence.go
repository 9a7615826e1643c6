package account

import "time"

// Scope says what a limit applies to.
type Scope string

// The scopes.
const (
	// ScopeAccount limits everything the account does.
	ScopeAccount Scope = "account"
	// ScopeModel limits one model of the account.
	ScopeModel Scope = "model"
	// ScopePool limits all accounts of a pool: a limit of their organisation or of
	// this machine's address. The pool holds such a limit, not an account.
	ScopePool Scope = "pool"
)

// Source says where evidence came from.
type Source string

// The sources.
const (
	FromHeader Source = "header"
	FromBody   Source = "body"
	FromStatus Source = "status"
	FromUsage  Source = "usage"
)

// Limit is evidence that an account may not be used until a moment.
type Limit struct {
	Scope Scope
	// Model is set with ScopeModel only.
	Model  string
	Source Source
	// Reason is the provider's short word ("rate_limit_exceeded"), or the name of
	// the usage window that rejected ("5h").
	Reason string
	SeenAt time.Time
	Until  time.Time
	// Unstated is set when nobody said when the limit ends: Until is then the
	// engine's guess. Providers leave Until zero.
	Unstated bool
	// Window is set when a quota window of the account rejected; Reason is its
	// name. No other account shares that limit, even if one ends at the same time.
	Window bool
	// Owner is set when only the account's owner can end the limit, by paying or
	// by asking an administrator. The account is tried again from time to time.
	Owner bool
	// Paid is set when the plan is used up and the provider would bill the owner
	// for more.
	Paid bool
}

// Same reports whether both are the same evidence, even if their times are
// written differently.
func (l Limit) Same(o Limit) bool {
	same := l.Scope == o.Scope && l.Model == o.Model && l.Source == o.Source && l.Reason == o.Reason
	return same && l.Until.Equal(o.Until)
}

// Renews reports whether l is the same limit as o, met again.
func (l Limit) Renews(o Limit) bool {
	return l.Scope == o.Scope && l.Model == o.Model && l.Reason == o.Reason && l.Owner == o.Owner && l.Paid == o.Paid
}

// Limits reports whether l keeps its account from serving model; see [Tiered].
func (l Limit) Limits(model string) bool {
	return l.Scope == ScopeAccount || l.Scope == ScopeModel && (l.Model == model || l.Model == Untiered(model))
}

// Why returns the reason in words for the account's owner.
func (l Limit) Why() string {
	switch {
	case l.Paid:
		return "the plan is used up, and going on would cost money: " + l.Reason
	case l.Owner:
		return "its owner has to act: " + l.Reason
	}
	return l.Reason
}

// Freed is evidence that limits have ended: those of its scope that were seen
// before At.
type Freed struct {
	// Scope is empty when limits of every scope and model end.
	Scope Scope
	// Model is set with ScopeModel only.
	Model string
	// Reason is the reason of the limits that end; empty for all. A usage window
	// that is below its limit ends only what that window had rejected.
	Reason string
	At     time.Time
}

// Frees reports whether f ends l.
func (f Freed) Frees(l Limit) bool {
	return f.covers(l.Scope, l.Model, l.Reason) && l.SeenAt.Before(f.At)
}

// Implies reports whether f ends everything that o ends.
func (f Freed) Implies(o Freed) bool {
	return f.covers(o.Scope, o.Model, o.Reason) && !f.At.Before(o.At)
}

func (f Freed) covers(scope Scope, model, reason string) bool {
	return (f.Scope == "" || f.Scope == scope && f.Model == model) && (f.Reason == "" || f.Reason == reason)
}

// UsageWindow is one quota window of an account.
type UsageWindow struct {
	// Name tells an account's windows apart and is fit to be shown: the length
	// ("5h", "7d"), after the name of a model family if the window counts only
	// that family ("GPT-5.3-Codex-Spark 7d"), else the server's own name
	// ("requests").
	Name string
	// Utilization is in percent: 0 to 100, and above 100 when overdrawn.
	Utilization float64
	// Length is zero when the provider does not say.
	Length time.Duration
	// Soft is set when the window does not limit the account even if it is used
	// up: it counts only some requests, such as those for one model, or the
	// provider says that it lets requests pass.
	Soft bool
	// Partial is set when the window counts only some requests of the account,
	// such as those for one family of models. It says nothing about the others.
	Partial bool
	// Paid is set when the provider bills the owner for requests after the window
	// is used up.
	Paid bool
	// ResetAt is when the window starts anew; zero when the provider does not say.
	// After that moment the other fields say nothing any more.
	ResetAt time.Time
	SeenAt  time.Time
}

// Poll says when a provider was asked about an account, by any process.
type Poll struct {
	// UsageAt is when its quota figures were last asked for, ProfileAt when its
	// owner was.
	UsageAt, ProfileAt time.Time
	// RetryAt is set after a question that failed: no process asks before it.
	RetryAt time.Time
}

// Class is what an answer means for the account that made the request.
type Class uint8

// The classes.
const (
	// ClassSuccess: 2xx and 3xx.
	ClassSuccess Class = iota
	// ClassCaller: 400, 404, 413, 422 and the like, and a 429 that names what this
	// very request lacks. It says nothing about the account, except in Limits.
	ClassCaller
	// ClassUnauthorized: 401; the token was refused.
	ClassUnauthorized
	// ClassRevoked: the provider says that the login is gone for good.
	ClassRevoked
	// ClassEntitlement: 403; the plan does not include what was asked for.
	ClassEntitlement
	// ClassVerification: 403; the owner must visit URL first.
	ClassVerification
	// ClassChallenge: 403 from a firewall in front of the provider.
	ClassChallenge
	// ClassOrganization: 403; the organization forbids it.
	ClassOrganization
	// ClassForbidden: any other 403.
	ClassForbidden
	// ClassLimited: 429, and every other 4xx that names a limit of the account.
	// Limits say for what and until when.
	ClassLimited
	// ClassOverloaded: 529 and the like; the provider is short of capacity.
	ClassOverloaded
	// ClassServerError: 5xx.
	ClassServerError
	// ClassNetwork: no answer came at all.
	ClassNetwork
	// ClassCancelled: the caller gave up. It says nothing about the account.
	ClassCancelled
	// ClassRetry: 408, 409, or the answer itself asks to try again. It says
	// nothing about the account or the provider.
	ClassRetry
)

// String returns the class in one lower-case word.
func (c Class) String() string {
	names := [...]string{
		"success", "caller", "unauthorized", "revoked", "entitlement", "verification", "challenge",
		"organization", "forbidden", "limited", "overloaded", "server_error", "network", "cancelled", "retry",
	}
	if int(c) < len(names) {
		return names[c]
	}
	return "unknown"
}

// MarshalText writes the class to JSON as its word.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Verdict is what one answer says about the account.
type Verdict struct {
	Class  Class
	Status int
	// Limits are set with ClassLimited; none means that the answer says no more
	// than its status, and the account rests for a short time. With ClassSuccess
	// they say that the answer was billed beyond the plan, and that the next ones
	// would be. With ClassCaller they exclude the account for requests of the same
	// tier.
	Limits []Limit
	// Usage is nil when the answer carried no figures.
	Usage []UsageWindow
	// Code is the provider's own short word for an error, never a message.
	Code string
	// Model is the model that was asked for (see [Tiered]); empty when not known.
	Model string
	// RetryAfter is how long a provider in trouble asks to wait; zero when it does
	// not say.
	RetryAfter time.Duration
	// URL is set with ClassVerification: the page that the owner must visit.
	URL string
}
