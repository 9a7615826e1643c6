package multiaccount

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors"
	"github.com/seed-810f1486/multiaccount/internal/guard"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/internal/roundtrip"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/settings"
)

// Pool has all accounts of one provider. [Engine.Pool] returns it. It is safe
// for concurrent use. After its engine is closed, its methods return
// [ErrClosed].
type Pool struct {
	actors   *actors.Pool
	provider *guard.Provider
	// sender sends its requests.
	sender *roundtrip.Sender
	// settings are the pool's own, as they are now.
	settings atomic.Pointer[settings.Settings]
	// stored reads an account past all that the actors remember.
	stored func(ctx context.Context, id string) (account.Record, error)
	// claimants are the other processes that use each account, by its id.
	claimants func() map[string][]int
	// base sends requests for hosts that bring no transport of their own.
	base func() *http.Transport
	// publish tells the engine's subscribers.
	publish func(Event)
}

func newPool(opened *actors.Pool, p *guard.Provider, s settings.Settings) *Pool {
	pool := &Pool{actors: opened, provider: p, base: sync.OnceValue(cloneDefaultTransport)}
	pool.settings.Store(&s)
	pool.sender = &roundtrip.Sender{
		Accounts: opened, Provider: p, Settings: pool.settings.Load, Ask: ask, Refused: pool.refusedFor, Tried: pool.traced,
	}
	return pool
}

// close stops the pool's actors.
func (p *Pool) close() {
	p.actors.Close()
	p.base().CloseIdleConnections()
}

// Request says what a lease is for. The zero value means any account, for a
// request that belongs to no conversation.
type Request struct {
	// Affinity is the key of a conversation, which one account serves for as long
	// as it can; empty for a request that belongs to none.
	Affinity string
	// Model is the model that will be asked for; empty when not known.
	Model string
	// Kind is the only kind of account that may serve, for a provider whose hosts
	// take one kind each; empty for any kind.
	Kind account.Kind
	// Account is the id of the only account that may serve; empty for any.
	Account string
}

// Acquire leases an account that has a fresh token. The caller must call
// [Lease.Done] once. When no account can serve, Acquire waits if one will be
// free within the settings' max_wait_ms. What [WithAccounts] and [WithPriority] say
// holds here too; of other choices in ctx, r has its own. Errors: [*AllAccountsLimitedError],
// [*ReauthRequiredError], [*AccountUnavailableError],
// [*ProviderUnavailableError], [*NoAccountOfKindError], [ErrNoAccounts],
// [ErrClosed], ctx's own, or why tokens could not be refreshed.
func (p *Pool) Acquire(ctx context.Context, r Request) (*Lease, error) {
	c := choicesOf(ctx)
	return p.acquire(ctx, &policy.Request{
		Affinity: r.Affinity, Model: r.Model, Kind: r.Kind, Pin: r.Account, Among: c.accounts, Priority: c.priority,
	})
}

func (p *Pool) acquire(ctx context.Context, r *policy.Request) (*Lease, error) {
	leased, err := p.sender.Lease(ctx, r)
	if err != nil {
		return nil, p.publicError(err)
	}
	l := &Lease{pool: p, leased: leased}
	l.report.Verdict.Model = r.Model
	return l, nil
}

// TokenSource returns a source that picks an account for each token, by the
// pool's strategy. It keeps the values of ctx but not its cancellation, so that
// it outlives the request in which it was made. It reports no outcome: the
// engine does not learn what is done with the token.
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
	var asked policy.Request
	ask(s.ctx, &asked)
	lease, err := s.pool.acquire(s.ctx, &asked)
	if err != nil {
		return nil, err
	}
	defer lease.release()
	return &oauth2.Token{AccessToken: lease.Token(), TokenType: "Bearer", Expiry: lease.leased.ExpiresAt}, nil
}

// NewAccount is an account to add. It needs an APIKey, or an AccessToken, a
// RefreshToken or both. White space around them is removed. What an HTTP header
// cannot carry is refused.
type NewAccount struct {
	// Label is shown in place of the e-mail. White space around it is removed.
	Label string
	Email string
	// Subject is the provider's id of the account, and Organization the id of what
	// is billed for it. By both the pool knows an account again.
	Subject      string
	Organization string
	Plan         string
	AccessToken  string
	RefreshToken string
	APIKey       string
	// ExpiresAt is when AccessToken ends; zero when not known.
	ExpiresAt time.Time
	// Scopes are those that the login was granted; nil when not known.
	Scopes []string
	// Usage are its quota windows; nil when not known.
	Usage []UsageWindow
	// Weight is the account's share with round-robin; 0 means 1.
	Weight int
	// Priority puts accounts into tiers. The highest tier serves first.
	Priority int
	// MaxInFlight limits how many requests the account serves at the same time; 0
	// means no limit.
	MaxInFlight int
}

// Add stores an account and returns its id once it is on disk. If the pool has
// an account with the same subject and organization, that account gets the new
// credentials, is switched on, and keeps its id. Errors:
// [*InvalidAccountError], [*DuplicateAccountError], [*DuplicateLabelError], the
// store's.
func (p *Pool) Add(ctx context.Context, a NewAccount) (id string, err error) {
	if a.Label, err = parseLabel(a.Label); err != nil {
		return "", err
	}
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

// parseLabel checks a label; an empty one is none.
func parseLabel(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	label, err := account.ParseLabel(text)
	if err != nil {
		return "", &InvalidAccountError{Field: "Label", Problem: err.Error()}
	}
	return label, nil
}

func (a NewAccount) check(c *account.Credentials) error {
	hasToken := !c.AccessToken.IsZero() || !c.RefreshToken.IsZero()
	switch {
	case !hasToken && c.APIKey.IsZero():
		return &InvalidAccountError{Field: "APIKey", Problem: "an account needs an API key, an access token or a refresh token"}
	case hasToken && !c.APIKey.IsZero():
		return &InvalidAccountError{Field: "APIKey", Problem: "an account has either an API key or tokens, not both; add two accounts"}
	case a.Weight < 0 || a.Weight > account.MaxWeight:
		return &InvalidAccountError{Field: "Weight", Problem: "0 to 10000 is allowed"}
	case a.MaxInFlight < 0:
		return &InvalidAccountError{Field: "MaxInFlight", Problem: "0 (no limit) or more is allowed"}
	}
	return nil
}

// Remove deletes an account. Requests that it serves end normally. If the file of
// the account could not be read, Remove deletes that file and the copy that was
// set aside. The error is [ErrUnknownAccount] when the pool has no account with
// that id.
func (p *Pool) Remove(ctx context.Context, id string) error {
	return p.publicError(p.actors.Remove(ctx, id))
}

// SetEnabled switches an account on or off. Switching on also gives a refused
// login another chance: its refresh token is sent once more. Errors:
// [ErrUnknownAccount], the store's.
func (p *Pool) SetEnabled(ctx context.Context, id string, enabled bool) error {
	return p.publicError(p.actors.SetEnabled(ctx, id, enabled))
}

// Rename sets an account's label. White space around it is removed, and an
// empty label removes the label. Errors: [*InvalidAccountError],
// [*DuplicateLabelError], [ErrUnknownAccount], the store's.
func (p *Pool) Rename(ctx context.Context, id, label string) error {
	label, err := parseLabel(label)
	if err != nil {
		return err
	}
	return p.publicError(p.actors.Rename(ctx, id, label))
}

// Refresh gets an account a new token now, even if its token is still fresh. If
// a process died during a token exchange, Refresh does not wait until that
// exchange can no longer reach the provider. A refresh token that was refused
// for good is not sent again: see [Pool.SetEnabled]. Errors:
// [ErrUnknownAccount], [*ReauthRequiredError], or why the refresh failed.
func (p *Pool) Refresh(ctx context.Context, id string) error {
	return p.publicError(p.actors.Refresh(ctx, id))
}

// RefreshUsage asks the provider for an account's quota figures now. When it
// returns, [Pool.Accounts] has them. Figures that are less than half a minute
// old, or that any process asked for within that time, are not asked for again;
// the error is then nil. The token is used as it is and not refreshed. Errors:
// [ErrUnknownAccount]; one that is [errors.ErrUnsupported] for API keys and for
// providers without a usage endpoint; a *providers.StatusError; or, for a while
// after a failure, why the provider was not asked.
func (p *Pool) RefreshUsage(ctx context.Context, id string) error {
	return p.publicError(p.actors.RefreshUsage(ctx, id))
}

// ResetCooldown removes an account's limits, including those of single models,
// and ends a pause of the whole pool. Errors: [ErrUnknownAccount], the store's.
func (p *Pool) ResetCooldown(ctx context.Context, id string) error {
	return p.publicError(p.actors.ResetCooldown(ctx, id))
}

// Pin makes one account serve all requests of the pool, in every process on the
// folder, until Pin is called with an empty id or the account is removed. While
// the account cannot serve, requests fail with [*AccountUnavailableError]. Two
// kinds of requests do not follow the pin: those that their host has pinned,
// and those that name what another account made. Errors: [ErrUnknownAccount],
// [ErrClosed], ctx's own, or why it could not be stored.
func (p *Pool) Pin(ctx context.Context, id string) error {
	return p.publicError(p.actors.Pin(ctx, id))
}

// Accounts returns every account in the order in which they were added, and
// then those whose files could not be read. It never returns a secret.
func (p *Pool) Accounts(ctx context.Context) ([]AccountStatus, error) {
	states, quarantined, err := p.actors.Accounts(ctx)
	if err != nil {
		return nil, p.publicError(err)
	}
	now, users := time.Now(), p.claimants()
	all := make([]AccountStatus, 0, len(states)+len(quarantined))
	for i := range states {
		status := statusOf(&states[i], now)
		status.UsedBy = users[status.ID]
		all = append(all, status)
	}
	for _, q := range quarantined {
		all = append(all, AccountStatus{ID: q.ID, State: StateQuarantined, Reason: printable.Text(quarantineReason(q))})
	}
	return all, nil
}
