package multiaccount

import (
	"fmt"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// State says in one word what an account can do now.
type State string

// The states.
const (
	// StateReady: it can serve.
	StateReady State = "ready"
	// StateCooling: it is limited until CooldownUntil, or its token does not work
	// now and will be tried again.
	StateCooling State = "cooling"
	// StateBusy: it serves as many requests as it may.
	StateBusy State = "busy"
	// StateDisabled: its user switched it off.
	StateDisabled State = "disabled"
	// StateReauth: its owner has to log in again.
	StateReauth State = "reauth"
	// StateLoginLost: its refresh token was spent and the new one was never saved.
	StateLoginLost State = "login_lost"
	// StateQuarantined: its file could not be read and was set aside, or cannot be
	// used where it is. Reason says whether the account serves all the same.
	StateQuarantined State = "quarantined"
)

// UsageWindow is one quota window of an account, as the provider last reported
// it.
type UsageWindow = account.UsageWindow

// UsageFigure is one window of the event [UsageUpdated].
// Fields: Name, Utilization, ResetAt; see [event.UsageFigure].
type UsageFigure = event.UsageFigure

// AccountStatus describes an account for its owner. It holds no secret.
type AccountStatus struct {
	ID string
	// Label is what to show: the label, else the e-mail, else part of the id.
	Label string
	Email string
	Plan  string
	// Kind is empty for an account whose file cannot be read.
	Kind  account.Kind
	State State
	// Reason says why the account is not ready and what to do, or what is wrong
	// although it is ready.
	Reason string
	// Enabled is false while the user has switched the account off.
	Enabled bool
	// CooldownUntil is when the last of its limits ends; zero without a limit.
	CooldownUntil time.Time
	// ExpiresAt is when the access token ends; zero when not known.
	ExpiresAt time.Time
	// LastUsedAt is when it last served a request; zero for never.
	LastUsedAt time.Time
	// Generation grows by one with every change of the credentials.
	Generation uint64
	// InFlight is how many requests it serves now, in this process.
	InFlight int
	// Weight, Priority and MaxInFlight are as in [NewAccount].
	Weight, Priority, MaxInFlight int
	// SoftQuotaPercent is the account's own; 0 means as the settings say.
	SoftQuotaPercent int
	// Claimed is set while another engine on the same folder uses the account.
	Claimed bool
	// UsedBy are the ids of the other processes that use the account, where the
	// store knows them.
	UsedBy []int
	// Active is set for the account that the pool picked last.
	Active bool
	// Pinned is set while all requests are pinned to the account; see [Pool.Pin].
	Pinned bool
	// LinkedTo is the file of another program that the login belongs to; empty
	// for an account's own login. See [Pool.Adopt].
	LinkedTo string
	// Failures is how many times in a row its login failed.
	Failures int
	// Usage is what is known of its quota windows.
	Usage []UsageWindow
}

func statusOf(s *messages.AccountStatus, now time.Time) AccountStatus {
	r := &s.Record
	status := AccountStatus{
		ID: r.ID, Label: r.DisplayLabel(), Email: r.Email, Plan: r.Plan, Kind: r.Kind, Enabled: r.Enabled,
		Weight: r.Weight, Priority: r.Priority, MaxInFlight: r.MaxInFlight, SoftQuotaPercent: r.SoftQuotaPercent,
		ExpiresAt: r.Credentials.ExpiresAt, LastUsedAt: s.LastUsedAt, Generation: r.Generation,
		InFlight: s.InFlight, Claimed: s.Claimed, Active: s.Active, Pinned: s.Pinned, Failures: r.AuthFailures, Usage: r.Usage,
	}
	if r.Lineage == account.Linked && r.Origin != nil {
		status.LinkedTo = r.Origin.Path
	}
	limit := lastLimit(r.Limits, now)
	status.CooldownUntil = limit.Until
	status.State, status.Reason = stateOf(s, limit, now)
	if s.Unsaved != "" {
		status.Reason = joinReasons(status.Reason, "the latest change is not stored yet and is tried again: "+s.Unsaved)
	}
	status.Reason = printable.Text(status.Reason)
	return status
}

// stateOf returns the first that applies, the most lasting first.
func stateOf(s *messages.AccountStatus, limit account.Limit, now time.Time) (State, string) {
	r := &s.Record
	switch {
	case !r.Enabled:
		return StateDisabled, "switched off by its user"
	case r.Fault != nil && r.Fault.Kind == account.FaultLost:
		return StateLoginLost, r.Fault.Reason + "; log in again"
	case r.Fault != nil:
		return StateReauth, r.Fault.Reason + "; log in again"
	case s.Unreadable != "":
		return StateQuarantined, s.Unreadable + "; until then it serves with the login that this process has"
	case s.Ended && !s.Renewable:
		return StateReauth, "its access token has ended, and there is nothing to renew it with; log in again"
	case tokenTrouble(s, now) != "":
		return StateCooling, tokenTrouble(s, now)
	case limit.Scope == account.ScopeModel:
		return StateReady, "limited for model " + limit.Model + ": " + limit.Why()
	case !limit.Until.IsZero():
		return StateCooling, "limited: " + limit.Why()
	case r.MaxInFlight > 0 && s.InFlight >= r.MaxInFlight:
		return StateBusy, "as many requests in flight as it may have"
	case r.AuthFailures > 0:
		return StateReady, fmt.Sprintf("the provider refused its token %d times in a row; its newest has not been tried yet", r.AuthFailures)
	}
	return StateReady, ""
}

// tokenTrouble says what is wrong with a token that does not work now but may
// be replaced; empty when it works, or is likely to.
func tokenTrouble(s *messages.AccountStatus, now time.Time) string {
	r := &s.Record
	switch {
	case r.TokenRefused() && s.RefreshFailed != "":
		return "the provider refuses its token, and it could not be refreshed: " + s.RefreshFailed
	case r.TokenRefused():
		return "the provider refuses its token; the next request tries again"
	case s.RefreshFailed != "" && (s.Ended || s.Expired && s.RetryAt.After(now)):
		return "its token could not be refreshed: " + s.RefreshFailed
	case s.Ended && r.Refusals.Count > 0:
		return fmt.Sprintf("its token has ended, and the token endpoint refused to renew it %d times (%s)", r.Refusals.Count, r.Refusals.Code)
	}
	return ""
}

// lastLimit returns the limit in force that ends last; one of the whole
// account before those of single models.
func lastLimit(limits []account.Limit, now time.Time) account.Limit {
	var last account.Limit
	for _, l := range limits {
		wider := l.Scope == account.ScopeAccount && last.Scope != account.ScopeAccount
		narrower := l.Scope != account.ScopeAccount && last.Scope == account.ScopeAccount
		if l.Until.After(now) && (wider || (!narrower && l.Until.After(last.Until))) {
			last = l
		}
	}
	return last
}

func quarantineReason(q messages.Quarantined) string {
	if q.InPlace {
		return joinReasons(q.Reason, "the account is back as soon as "+q.Path+" is in order")
	}
	return joinReasons(q.Reason, "its bytes are kept at "+q.Path+"; mend and rename the file, or add the account again")
}

func joinReasons(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// claimants are the other processes that use each account of a provider, by its id;
// none where the store does not know them.
func claimants(store persistence.Store, provider string) map[string][]int {
	known, ok := store.(interface {
		Claimants(provider string) map[string][]int
	})
	if !ok {
		return nil
	}
	return known.Claimants(provider)
}
