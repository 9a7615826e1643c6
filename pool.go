package multiaccount

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/oauth2"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
)

// Pool is all the accounts of one provider. [Engine.Pool] returns it; it ends
// with its engine and is safe for concurrent use. After that its methods
// return [ErrClosed].
type Pool struct {
	actors   *actors.Pool
	provider providers.Provider
	// keeper is the provider when it keeps resources of accounts, else nil.
	keeper providers.ResourceKeeper
	// hosts is the provider when its hosts take one kind of account each, else nil.
	hosts providers.HostsByKind
	// settings are the pool's own, as they are now.
	settings atomic.Pointer[settings.Settings]
	log      zerolog.Logger
	// stored reads an account past all that the actors remember.
	stored func(ctx context.Context, id string) (account.Record, error)
	// base sends requests for hosts that bring no transport of their own.
	base func() *http.Transport
}

func newPool(opened *actors.Pool, p providers.Provider, s settings.Settings, log zerolog.Logger) *Pool {
	keeper, _ := p.(providers.ResourceKeeper)
	hosts, _ := p.(providers.HostsByKind)
	pool := &Pool{
		actors: opened, provider: p, keeper: keeper, hosts: hosts, log: log, base: sync.OnceValue(cloneDefaultTransport),
	}
	pool.settings.Store(&s)
	return pool
}

// close stops the pool's actors.
func (p *Pool) close() {
	p.actors.Close()
	p.base().CloseIdleConnections()
}

// Request says what a lease is for. The zero value is any account for a
// request that stands alone.
type Request struct {
	// Affinity ties the requests of one conversation to one account.
	Affinity string
	// Model is what will be asked for; empty when not known.
	Model string
	// Kind is the only kind of account that may serve, for a provider whose hosts
	// take one kind each; empty for any.
	Kind account.Kind
	// Account is the id of the only account that may serve; empty for any.
	Account string
}

// Acquire leases an account with a fresh token. [Lease.Done] must be called,
// once, with what came of it. Acquire waits while an account will be free
// within the settings' max_wait_ms. Errors: [*AllAccountsLimitedError],
// [*ReauthRequiredError], [*AccountUnavailableError],
// [*ProviderUnavailableError], [*NoAccountOfKindError], [ErrNoAccounts],
// [ErrClosed], ctx's own, or why tokens could not be refreshed.
func (p *Pool) Acquire(ctx context.Context, r Request) (*Lease, error) {
	leased, err := p.lease(ctx, &policy.Request{Affinity: r.Affinity, Model: r.Model, Kind: r.Kind, Pin: r.Account})
	if err != nil {
		return nil, p.publicError(err)
	}
	l := &Lease{pool: p, leased: leased}
	l.report.Verdict.Model = r.Model
	return l, nil
}

// lease selects until an account has a token, each account once between two waits.
func (p *Pool) lease(ctx context.Context, r *policy.Request) (messages.TokenLeased, error) {
	var failed error
	var held string // the account whose refresh is held up
	for {
		leased, err := p.actors.Select(ctx, r)
		r.Waited = leased.Waited
		if leased.Parked {
			r.Exclude = nil
		}
		switch {
		case err == nil:
			return leased, nil
		case isRefusal(err, messages.RefusedHeldUp):
			held, r.Pin = leased.AccountID, ""
			r.Exclude = append(r.Exclude, held)
			continue
		case held != "" && isNoOther(err):
			return p.waitFor(ctx, *r, held, err)
		case failed != nil && isTried(err):
			return leased, failed
		case isGone(err) && leased.AccountID != "":
			continue // the account left while the ask waited for its token
		case leased.AccountID == "" || leased.Pin != "":
			return leased, err
		}
		failed = err
		r.Exclude = append(r.Exclude, leased.AccountID)
	}
}

// waitFor leases the account whose refresh is held up, since no other can serve;
// none says why.
func (p *Pool) waitFor(ctx context.Context, r policy.Request, id string, none error) (messages.TokenLeased, error) {
	r.Pin, r.Movable, r.Exclude = id, false, nil
	leased, err := p.actors.Select(ctx, &r)
	if isRefusal(err, messages.RefusedPin) {
		return leased, none
	}
	return leased, err
}

// isNoOther reports whether err says that no other account can serve.
func isNoOther(err error) bool {
	return isTried(err) || isRefusal(err, messages.RefusedLimited) || isRefusal(err, messages.RefusedLogin)
}

// isTried reports whether err says that no other account is left to try,
// isGone whether it says that there is no such account any more.
func isTried(err error) bool { return isRefusal(err, messages.RefusedTried) }
func isGone(err error) bool  { return isRefusal(err, messages.RefusedUnknown) }

func isRefusal(err error, reason messages.RefusalReason) bool {
	var refused *messages.RefusalError
	return errors.As(err, &refused) && refused.Reason == reason
}

// TokenSource returns a source whose every token is that of the account which
// the strategy picks at that moment. It keeps ctx's values but not its end,
// so that it outlives the request it was made in. It reports no outcome: the
// account learns nothing of what is done with the token.
func (p *Pool) TokenSource(ctx context.Context) oauth2.TokenSource {
	return tokenSource{pool: p, ctx: context.WithoutCancel(ctx)}
}

// tokenSource implements oauth2.TokenSource.
type tokenSource struct {
	pool *Pool
	ctx  context.Context //nolint:containedctx // the interface takes none
}

// Token implements [oauth2.TokenSource].
func (s tokenSource) Token() (*oauth2.Token, error) {
	lease, err := s.pool.Acquire(s.ctx, Request{
		Affinity: value(s.ctx, affinityKey), Model: value(s.ctx, modelKey), Account: value(s.ctx, accountKey),
	})
	if err != nil {
		return nil, err
	}
	defer lease.release()
	return &oauth2.Token{AccessToken: lease.Token(), TokenType: "Bearer", Expiry: lease.leased.ExpiresAt}, nil
}

// NewAccount is an account to add. It needs an APIKey, or an AccessToken, a
// RefreshToken or both; white space around them is left out, and what an HTTP
// header cannot carry is refused.
type NewAccount struct {
	// Label is shown in place of the e-mail.
	Label string
	Email string
	// Subject is the provider's id of the account, Organization what it is
	// billed to. Together they tell whether the account is known already.
	Subject      string
	Organization string
	Plan         string
	AccessToken  string
	RefreshToken string
	APIKey       string
	// ExpiresAt is when AccessToken ends; zero when not known.
	ExpiresAt time.Time
	// Scopes are what the login was granted; nil when not known.
	Scopes []string
	// Usage are its quota figures, where they are known already.
	Usage []UsageWindow
	// Weight is the account's share with round-robin; 0 means 1.
	Weight int
	// Priority puts accounts in tiers, the highest serving first.
	Priority int
	// MaxInFlight limits the requests at the same time; 0 means no limit.
	MaxInFlight int
}

// Add stores an account and returns its id once it is durable. An account
// whose subject and organization the pool knows gets the new credentials, is
// switched on, and keeps its id. Errors: [*InvalidAccountError],
// [*DuplicateAccountError], the store's.
func (p *Pool) Add(ctx context.Context, a NewAccount) (id string, err error) {
	record, err := a.record()
	if err != nil {
		return "", err
	}
	id, err = p.actors.Add(ctx, record)
	return id, p.publicError(err)
}

func (a NewAccount) record() (account.Record, error) {
	creds, err := a.credentials()
	if err == nil {
		err = a.check(&creds)
	}
	if err != nil {
		return account.Record{}, err
	}
	kind := account.OAuth
	if !creds.APIKey.IsZero() {
		kind = account.APIKey
	}
	return account.Record{
		Subject: a.Subject, Organization: a.Organization, Email: a.Email, Label: a.Label, Plan: a.Plan,
		Kind: kind, Lineage: account.Owned, Generation: 1, Enabled: true,
		Weight: max(a.Weight, 1), Priority: a.Priority, MaxInFlight: a.MaxInFlight,
		Credentials: creds, Usage: a.Usage,
	}, nil
}

// credentials are checked here, since a request with what no header can carry
// fails each time, as if it was the network.
func (a NewAccount) credentials() (account.Credentials, error) {
	creds := account.Credentials{ExpiresAt: a.ExpiresAt.Round(0), Scopes: a.Scopes}
	for _, s := range []struct {
		field, text string
		into        *account.Secret
	}{
		{"AccessToken", a.AccessToken, &creds.AccessToken},
		{"RefreshToken", a.RefreshToken, &creds.RefreshToken},
		{"APIKey", a.APIKey, &creds.APIKey},
	} {
		var err error
		if *s.into, err = account.ParseSecret(s.text); err != nil {
			return account.Credentials{}, &InvalidAccountError{Field: s.field, Problem: err.Error()}
		}
	}
	return creds, nil
}

// maxWeight bounds what one account may weigh.
const maxWeight = 10_000

func (a NewAccount) check(c *account.Credentials) error {
	hasToken := !c.AccessToken.IsZero() || !c.RefreshToken.IsZero()
	switch {
	case !hasToken && c.APIKey.IsZero():
		return &InvalidAccountError{Field: "APIKey", Problem: "an account needs an API key, an access token or a refresh token"}
	case hasToken && !c.APIKey.IsZero():
		return &InvalidAccountError{Field: "APIKey", Problem: "an account has either an API key or tokens, not both; add two accounts"}
	case a.Weight < 0 || a.Weight > maxWeight:
		return &InvalidAccountError{Field: "Weight", Problem: "0 to 10000 is allowed"}
	case a.MaxInFlight < 0:
		return &InvalidAccountError{Field: "MaxInFlight", Problem: "0 (no limit) or more is allowed"}
	}
	return nil
}

// Remove deletes an account. Requests that it is serving end as they would.
// The error is [ErrUnknownAccount] when there is none of that id.
func (p *Pool) Remove(ctx context.Context, id string) error {
	return p.publicError(p.actors.Remove(ctx, id))
}

// SetEnabled switches an account on or off. Switching on also gives an account
// whose login was refused another chance: its refresh token is sent once more. Errors: [ErrUnknownAccount],
// the store's.
func (p *Pool) SetEnabled(ctx context.Context, id string, enabled bool) error {
	return p.publicError(p.actors.SetEnabled(ctx, id, enabled))
}

// Rename sets an account's label. Errors: [ErrUnknownAccount], the store's.
func (p *Pool) Rename(ctx context.Context, id, label string) error {
	return p.publicError(p.actors.Rename(ctx, id, label))
}

// Refresh gets an account a new token now, however fresh its token is, and does
// not wait until the request of a process that died can not arrive any more. A
// refresh token that was refused for good is not sent again: see
// [Pool.SetEnabled]. Errors:
// [ErrUnknownAccount], [*ReauthRequiredError], or why the refresh failed.
func (p *Pool) Refresh(ctx context.Context, id string) error {
	return p.publicError(p.actors.Refresh(ctx, id))
}

// RefreshUsage asks the provider for an account's quota figures now, and returns
// once [Pool.Accounts] has them. Figures that are not half a minute old, or
// were asked for within that time by any process, are not asked for again; the
// error is nil then. The token is used as it is, and never refreshed for this.
// Errors: [ErrUnknownAccount]; one that is [errors.ErrUnsupported] for API keys
// and for providers without a usage endpoint; a *providers.StatusError; or why
// it was not asked, after a failure for a while.
func (p *Pool) RefreshUsage(ctx context.Context, id string) error {
	return p.publicError(p.actors.RefreshUsage(ctx, id))
}

// ResetCooldown forgets an account's limits, those of single models among
// them, and ends a pause of the whole pool. Errors: [ErrUnknownAccount], the
// store's.
func (p *Pool) ResetCooldown(ctx context.Context, id string) error {
	return p.publicError(p.actors.ResetCooldown(ctx, id))
}

// Pin has one account serve all requests of the pool, in every process on the
// folder and until Pin is called with an empty id or the account is removed. While
// it cannot serve, requests fail with [*AccountUnavailableError]. A request that
// its host has pinned, or that names what another account made, goes there.
// Errors: [ErrUnknownAccount], [ErrClosed], ctx's own, or why it could not be stored.
func (p *Pool) Pin(ctx context.Context, id string) error {
	return p.publicError(p.actors.Pin(ctx, id))
}

// Accounts returns every account, in the order they were added, and then those
// whose files could not be read. It never returns a secret.
func (p *Pool) Accounts(ctx context.Context) ([]AccountStatus, error) {
	states, quarantined, err := p.actors.Accounts(ctx)
	if err != nil {
		return nil, p.publicError(err)
	}
	now := time.Now()
	all := make([]AccountStatus, 0, len(states)+len(quarantined))
	for i := range states {
		all = append(all, statusOf(&states[i], now))
	}
	for _, q := range quarantined {
		all = append(all, AccountStatus{ID: q.ID, State: StateQuarantined, Reason: printable.Text(quarantineReason(q))})
	}
	return all, nil
}
