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
