package multiaccount

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// Errors that need no details. Compare with errors.Is.
var (
	// ErrClosed is returned by everything that is called after [Engine.Close].
	ErrClosed = errors.New("multiaccount: the engine is closed")
	// ErrUnknownProvider is returned by [Engine.Pool] for a provider that is
	// not in [Config].Providers.
	ErrUnknownProvider = errors.New("multiaccount: unknown provider")
	// ErrUnknownChain is returned by [Engine.Chain] for a name that the settings
	// do not have.
	ErrUnknownChain = errors.New("multiaccount: unknown chain")
	// ErrUnknownAccount is returned when a pool has no account with the id.
	ErrUnknownAccount = errors.New("multiaccount: unknown account")
	// ErrNoAccounts is returned when a pool is empty or all its accounts are
	// switched off. Add or enable one.
	ErrNoAccounts = errors.New("multiaccount: no account to use")
	// ErrOtherLogin is returned by [Pool.CheckStored] when the store has a login
	// for the account other than the one that was added.
	ErrOtherLogin = errors.New("multiaccount: another login is stored for the account")
	// ErrForeignStore is returned by [Open] when the settings name a store that
	// this program does not link, and Config.Store is nil.
	ErrForeignStore = errors.New("the settings keep the accounts in etcd, which this program does not link: use multiaccountd-etcd, see docs/fleet.md")
	// ErrDecisionForgotten is returned by [Lease.Decision] when 200 later
	// decisions have replaced the lease's.
	ErrDecisionForgotten = errors.New("multiaccount: the decision is not remembered any more")
)

// AllAccountsLimitedError is returned when every account is limited or busy,
// and none will be free within the time that a request may wait.
type AllAccountsLimitedError struct {
	Provider string
	// RetryAt is when the first account is free again; zero when not known.
	RetryAt time.Time
	// Accounts has a line for each account, a hundred at most.
	Accounts []LimitedAccount
}

// LimitedAccount says why one account does not serve.
type LimitedAccount struct {
	ID, Label, Reason string
	// Until is zero when not known.
	Until time.Time
	// Owner is set when only the account's owner can help: by a new login, by
	// paying, or by switching the account on.
	Owner bool
}

// Error names the earliest reset and each account.
func (e *AllAccountsLimitedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "multiaccount: all %s accounts are limited", printable.Text(e.Provider))
	if !e.RetryAt.IsZero() {
		fmt.Fprintf(&b, "; try again at %s", e.RetryAt.Format(time.RFC3339))
	}
	for _, a := range e.Accounts {
		fmt.Fprintf(&b, "\n  %s: %s", printable.Text(a.Label), printable.Text(a.Reason))
		if !a.Until.IsZero() {
			fmt.Fprintf(&b, " until %s", a.Until.Format(time.RFC3339))
		}
	}
	return b.String()
}

// ReauthRequiredError is returned when a login no longer works and no other
// account can serve. The account's owner has to log in again.
type ReauthRequiredError struct {
	Provider  string
	AccountID string
	Reason    string
	// RetryAt is when the login is tried once more; zero when it is not tried
	// again.
	RetryAt time.Time
}

// Error says which account needs its owner and why.
func (e *ReauthRequiredError) Error() string {
	return errorText("%s account %s needs its owner: %s", e.Provider, e.AccountID, e.Reason)
}

// AccountUnavailableError is returned when only one account may serve a
// request, and that account cannot. Either the host pinned the request, or the
// owner pinned all requests, or the account made what the request names, such
// as a response or a file. The account may also be of a kind that the request's
// host does not take. Another account never serves in its place.
type AccountUnavailableError struct {
	Provider  string
	AccountID string
	// Resource is the id of what the account made; empty for a pin. A request that
	// does not name it can be served by others.
	Resource string
	// ByOwner is set when the owner has pinned all requests to the account, by
	// [Pool.Pin].
	ByOwner bool
	Reason  string
	// RetryAt is when it may serve again; zero when not known.
	RetryAt time.Time
}

// Error says which account cannot serve and why.
func (e *AccountUnavailableError) Error() string {
	if e.ByOwner {
		return errorText("all %s requests are pinned to account %s, which cannot serve: %s; \"multiaccount accounts pin --clear\" ends that",
			e.Provider, e.AccountID, e.Reason)
	}
	if e.Resource != "" {
		return errorText("the request names %s, which %s account %s made, and that cannot serve it: %s", e.Resource, e.Provider, e.AccountID, e.Reason)
	}
	return errorText("the request is pinned to %s account %s, which cannot serve it: %s", e.Provider, e.AccountID, e.Reason)
}

// NoAccountOfKindError is returned when a pool has accounts, but none of the
// kind that the request needs: ChatGPT logins and API keys work at different
// hosts. It wraps [ErrNoAccounts]. Nothing was sent.
type NoAccountOfKindError struct {
	Provider string
	// Kind is the kind of account to add.
	Kind account.Kind
	// Host is the request's host, which takes only that kind; empty when the host
	// program asked for the kind.
	Host string
}

// Error says what to add, or where else to send the request.
func (e *NoAccountOfKindError) Error() string {
	noun := e.Kind.Noun()
	if e.Host == "" {
		return fmt.Sprintf("multiaccount: the %s pool has no %s; add one", e.Provider, noun)
	}
	return fmt.Sprintf("multiaccount: %s takes %ss only, and the %s pool has none; add one, or send the request to the host that takes the accounts you have",
		e.Host, noun, e.Provider)
}

// Unwrap returns [ErrNoAccounts].
func (e *NoAccountOfKindError) Unwrap() error { return ErrNoAccounts }

// ProviderUnavailableError is returned when the provider itself is in trouble,
// whatever account asks, and will not be tried again within the time that a
// request may wait. It says nothing about any account. A request that already
// has an answer from the provider gets that answer instead.
type ProviderUnavailableError struct {
	Provider string
	// RetryAt is when the provider is tried next.
	RetryAt time.Time
	Reason  string
}

// Error says what is wrong and when the provider is tried next.
func (e *ProviderUnavailableError) Error() string {
	return errorText("%s is unavailable: %s; try again at %s", e.Provider, e.Reason, e.RetryAt.Format(time.RFC3339))
}

// ForeignHostError is returned for a request to a host that is not the
// provider's. Nothing was sent. Use another client for it.
type ForeignHostError struct {
	Provider string
	Host     string
}

// Error names the host.
func (e *ForeignHostError) Error() string {
	return errorText("%s credentials are not for host %q; nothing was sent", e.Provider, e.Host)
}

// DuplicateAccountError is returned by [Pool.Add] for a token that another
// account already has.
type DuplicateAccountError struct {
	Provider  string
	AccountID string
}

// Error names the account that holds the token.
func (e *DuplicateAccountError) Error() string {
	return errorText("%s account %s already holds this token; log in again for a token of its own", e.Provider, e.AccountID)
}

// DuplicateLabelError is returned by [Pool.Add] and [Pool.Rename] for a label that
// another account of the pool has, upper case or lower.
type DuplicateLabelError struct {
	Provider  string
	AccountID string
}

// Error names the account of that label.
func (e *DuplicateLabelError) Error() string {
	return errorText("%s account %s has this label already; choose another one", e.Provider, e.AccountID)
}

// InvalidAccountError is returned by [Pool.Add] for an account that cannot work, and
// by [Pool.Rename], [Pool.SetKey] and [Pool.Configure] for what cannot be set.
type InvalidAccountError struct {
	// Field is the field of [NewAccount] or [AccountConfig] that is wrong.
	Field string
	// Problem says what is wrong and what is expected.
	Problem string
}

// Error names the field and the problem.
func (e *InvalidAccountError) Error() string {
	return errorText("%s: %s", e.Field, e.Problem)
}

// errorText is an error's text, in which names and reasons may come from a provider or
// another program.
func errorText(format string, about ...any) string {
	return printable.Text(fmt.Sprintf("multiaccount: "+format, about...))
}
