package account

import "time"

// Scope says what a limit holds for.
type Scope string

// The scopes.
const (
	// ScopeAccount limits everything the account does.
	ScopeAccount Scope = "account"
	// ScopeModel limits one model of the account.
	ScopeModel Scope = "model"
	// ScopePool limits all accounts of a pool: an organisation's or an
	// address' limit. No account holds such a limit, the pool does.
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
	// Reason is a short word of the provider ("rate_limit_exceeded"); for a
	// usage window that rejected it is the window's name ("5h").
	Reason string
	SeenAt time.Time
	Until  time.Time
	// Unstated is set when nobody said when the limit ends, so that Until is
	// the engine's guess. A provider leaves Until zero then.
	Unstated bool
	// Window is set when a quota window of the account rejected; Reason is its
	// name. No other account shares it, even if its end is the same.
	Window bool
	// Owner is set when only the account's owner can end the limit, by paying
	// or by asking an administrator. The account is tried again now and then.
	Owner bool
	// Paid is set when the plan is used up and the provider would go on at the
	// owner's expense.
	Paid bool
}

// Same reports whether both are the same evidence, however their times are
// written.
func (l Limit) Same(o Limit) bool {
	same := l.Scope == o.Scope && l.Model == o.Model && l.Source == o.Source && l.Reason == o.Reason
	return same && l.Until.Equal(o.Until)
}

// Renews reports whether l is the same trouble as o, met again.
func (l Limit) Renews(o Limit) bool {
	return l.Scope == o.Scope && l.Model == o.Model && l.Reason == o.Reason && l.Owner == o.Owner && l.Paid == o.Paid
}

// Limits reports whether l keeps its account from serving a model; see [Tiered].
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

// Freed is evidence against limits: those of its scope that were seen before
// At hold no more.
type Freed struct {
	// Scope is empty when limits of every scope and model are free.
	Scope Scope
	// Model is set with ScopeModel only.
	Model string
	// Reason is that of the limits which are free, empty for all: a usage
	// window that is below its limit frees what that window had rejected.
	Reason string
	At     time.Time
}

// Frees reports whether l holds no more.
func (f Freed) Frees(l Limit) bool {
	return f.covers(l.Scope, l.Model, l.Reason) && l.SeenAt.Before(f.At)
}

// Implies reports whether f frees all that o does.
func (f Freed) Implies(o Freed) bool {
	return f.covers(o.Scope, o.Model, o.Reason) && !f.At.Before(o.At)
}

func (f Freed) covers(scope Scope, model, reason string) bool {
	return (f.Scope == "" || f.Scope == scope && f.Model == model) && (f.Reason == "" || f.Reason == reason)
}

// UsageWindow is one quota window of an account.
type UsageWindow struct {
	// Name tells an account's windows apart and is fit for people: by length
	// ("5h", "7d"), with the family in front when it counts some models only
	// ("GPT-5.3-Codex-Spark 7d"), else the server's own ("requests").
	Name string
	// Utilization is in percent, 0 to 100 and above when overdrawn.
	Utilization float64
	// Length is zero when the provider does not say.
	Length time.Duration
	// Soft is set when the window does not limit the account although it is used
	// up: it counts some of its requests only, such as those for one model, or the
	// provider says that it lets them pass.
	Soft bool
	// Partial is set when the window counts some of the account's requests only,
	// such as those for one family of models: it says nothing of the others.
	Partial bool
	// Paid is set when the provider goes on at the owner's expense once the
	// window is used up.
	Paid bool
	// ResetAt is zero when the provider does not say; a window whose reset
	// has passed tells nothing any more.
	ResetAt time.Time
	SeenAt  time.Time
}

// Poll is when a provider was asked about an account, by whichever process.
type Poll struct {
	// UsageAt is when its figures were asked for last, ProfileAt whose it is.
	UsageAt, ProfileAt time.Time
	// RetryAt is set after a question that failed: nobody asks before it.
	RetryAt time.Time
}

// Class is what an answer means for the account that made the request.
type Class uint8

// The classes.
const (
	// ClassSuccess: 2xx and 3xx.
	ClassSuccess Class = iota
	// ClassCaller: 400, 404, 413, 422 and the like, and a 429 that names what this
	// very request lacks; says nothing about the account, but for Limits.
	ClassCaller
	// ClassUnauthorized: 401; the token was refused.
	ClassUnauthorized
	// ClassRevoked: the provider's own terminal answer that the login is gone.
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
	// ClassLimited: 429, and every other 4xx that names the account; Limits say
	// what for and until when.
	ClassLimited
	// ClassOverloaded: 529 and its kin; the provider is short of capacity.
	ClassOverloaded
	// ClassServerError: 5xx.
	ClassServerError
	// ClassNetwork: no answer came at all.
	ClassNetwork
	// ClassCancelled: the caller gave up; says nothing about the account.
	ClassCancelled
	// ClassRetry: 408, 409, or the answer itself asks to try again; says nothing
	// about the account or the provider.
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

// MarshalText has the class in JSON as its word.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Verdict is what one answer said about the account.
type Verdict struct {
	Class  Class
	Status int
	// Limits are set with ClassLimited; none means an answer that says no more
	// than its status, which costs a short rest. With ClassSuccess they say that
	// the answer was paid for beyond the plan, and that the next ones would be.
	// With ClassCaller they keep requests of the same tier from the account.
	Limits []Limit
	// Usage is nil when the answer carried no figures.
	Usage []UsageWindow
	// Code is the provider's own short word for an error, never its message.
	Code string
	// Model is what was asked for (see [Tiered]); empty when not known.
	Model string
	// RetryAfter is how long the provider in trouble asked to wait; zero when it
	// did not say.
	RetryAfter time.Duration
	// URL is set with ClassVerification: where the owner must go.
	URL string
}
