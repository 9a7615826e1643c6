package multiaccount_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
)

// The whole way from nothing to an answer. A real program leaves the options
// of the provider empty and adds its own key.
func Example() {
	srv := providertest.New(providertest.Options{})
	defer srv.Close()
	key := srv.AddAccount(providertest.Account{Email: "alice@example.com"}).APIKey()

	ctx := context.Background()
	eng, err := multiaccount.Open(ctx, multiaccount.Config{
		Providers: []providers.Provider{anthropic.New(anthropic.Options{BaseURL: srv.URL})},
		Store:     persistence.NewMemory(), // left out, accounts are kept in files
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = eng.Close(ctx) }()

	pool, err := eng.Pool("anthropic")
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := pool.Add(ctx, multiaccount.NewAccount{Label: "work", APIKey: key}); err != nil {
		fmt.Println(err)
		return
	}

	client := &http.Client{Transport: pool.Transport(nil)}
	resp, err := client.Post(srv.URL+"/v1/messages", "application/json", strings.NewReader(question))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	fmt.Println(resp.Status)
	// Output: 200 OK
}

// A login is an access token that ends and a refresh token. Adding a known
// subject again replaces its login; adding a token twice is an error.
func ExamplePool_Add() {
	fake := startFake(multiaccount.Config{})
	defer fake.stop()
	ctx := context.Background()

	carol := fake.srv.AddAccount(providertest.Account{Email: "carol@example.com"})
	login := multiaccount.NewAccount{
		Email: "carol@example.com", Subject: "user-carol", Priority: -1, // serves when no other can
		AccessToken: carol.AccessToken(), RefreshToken: carol.RefreshToken(), ExpiresAt: carol.ExpiresAt(),
	}
	first, err := fake.pool.Add(ctx, login)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := fake.pool.Add(ctx, login)
	fmt.Println(first == again, err)

	login.Subject = "somebody else"
	_, err = fake.pool.Add(ctx, login)
	var duplicate *multiaccount.DuplicateAccountError
	fmt.Println(errors.As(err, &duplicate))
	// Output:
	// true <nil>
	// true
}

// For hosts that send requests themselves, and set what a login requires.
func ExamplePool_Acquire() {
	fake := startFake(multiaccount.Config{})
	defer fake.stop()

	lease, err := fake.pool.Acquire(context.Background(), multiaccount.Request{Model: "claude"})
	if err != nil {
		fmt.Println(err)
		return
	}
	req := fake.request(context.Background())
	req.Header.Set("Authorization", "Bearer "+lease.Token())
	req.Header.Set("Anthropic-Beta", "oauth-2025-04-20")
	resp, err := fake.plain.Do(req)
	if err != nil {
		lease.Done(multiaccount.Outcome{Err: err})
		fmt.Println(err)
		return
	}
	_ = resp.Body.Close()
	lease.Done(multiaccount.Outcome{Status: resp.StatusCode, Header: resp.Header})
	fmt.Println(resp.Status, lease.AccountID() == fake.aliceID)
	// Output: 200 OK true
}

// A caller does not notice that an account is limited while another is not.
func ExamplePool_Transport() {
	fake := startFake(multiaccount.Config{})
	defer fake.stop()
	client := &http.Client{Transport: fake.pool.Transport(nil)}

	fake.alice.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
	resp, err := client.Do(fake.request(context.Background()))
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = resp.Body.Close()
	fmt.Println(resp.Status, "by", resp.Header.Get(providertest.AccountHeader))
	// Output: 200 OK by bob@example.com
}

// For clients that take an oauth2.TokenSource.
func ExamplePool_TokenSource() {
	fake := startFake(multiaccount.Config{})
	defer fake.stop()

	source := fake.pool.TokenSource(context.Background())
	token, err := source.Token()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(token.Type(), token.Valid())
	// Output: Bearer true
}

// What an owner may see of the accounts; never a secret.
func ExamplePool_Accounts() {
	fake := startFake(multiaccount.Config{})
	defer fake.stop()
	ctx := context.Background()

	if err := fake.pool.SetEnabled(ctx, fake.bobID, false); err != nil {
		fmt.Println(err)
		return
	}
	accounts, err := fake.pool.Accounts(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range accounts {
		fmt.Println(a.Label, "is", a.State) // a.Reason says why
	}
	// Output:
	// alice@example.com is ready
	// bob@example.com is disabled
}

// Events tell what an owner may want to know. What has happened before Close
// is delivered before Close returns.
func ExampleEngine_Subscribe() {
	fake := startFake(multiaccount.Config{})
	defer fake.stop()
	cancel := fake.eng.Subscribe(func(e multiaccount.Event) {
		switch e := e.(type) {
		case multiaccount.AccountCooled:
			fmt.Println(e.Label, "rests for", time.Until(e.Until).Round(time.Minute))
		case multiaccount.LoginRejected:
			fmt.Println(e.Label, "has to log in again:", e.Reason)
		}
	})
	defer cancel()

	fake.alice.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
	fake.ask(context.Background())
	_ = fake.eng.Close(context.Background())
	// Output: alice@example.com rests for 1h0m0s
}

// Close lets the requests under way end, for as long as its context allows.
func ExampleEngine_Close() {
	fake := startFake(multiaccount.Config{})
	defer fake.stop()
	lease, err := fake.pool.Acquire(context.Background(), multiaccount.Request{})
	if err != nil {
		fmt.Println(err)
		return
	}
	go lease.Done(multiaccount.Outcome{Status: http.StatusOK}) // the last request ends meanwhile

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	fmt.Println(fake.eng.Close(ctx))

	_, err = fake.pool.Acquire(context.Background(), multiaccount.Request{})
	fmt.Println(errors.Is(err, multiaccount.ErrClosed))
	// Output:
	// <nil>
	// true
}

// A conversation stays with the account that it began with, also when other
// requests have moved on.
func ExampleWithAffinity() {
	fake := startFake(multiaccount.Config{})
	defer fake.stop()
	ctx := context.Background()
	chat := multiaccount.WithAffinity(ctx, "chat-1")

	fmt.Println("chat: ", fake.ask(chat))
	fake.alice.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
	fmt.Println("other:", fake.ask(ctx))
	if err := fake.pool.ResetCooldown(ctx, fake.aliceID); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("other:", fake.ask(ctx))
	fmt.Println("chat: ", fake.ask(chat))
	// Output:
	// chat:  alice@example.com
	// other: bob@example.com
	// other: bob@example.com
	// chat:  alice@example.com
}

// A request that is pinned to an account is never served by another.
func ExampleWithAccount() {
	fake := startFake(multiaccount.Config{})
	defer fake.stop()
	ctx := multiaccount.WithAccount(context.Background(), fake.bobID)
	fmt.Println(fake.ask(ctx))

	fake.bob.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
	fmt.Println(fake.ask(ctx))
	_, err := fake.pool.Acquire(ctx, multiaccount.Request{Account: fake.bobID})
	var unavailable *multiaccount.AccountUnavailableError
	fmt.Println(errors.As(err, &unavailable))
	// Output:
	// bob@example.com
	// 429 Too Many Requests
	// true
}

// An account that is limited for one model alone goes on serving the others.
// The transport reads the model from most bodies; the context counts first.
func ExampleWithModel() {
	fake := startFake(multiaccount.Config{})
	defer fake.stop()
	alice := multiaccount.WithAccount(context.Background(), fake.aliceID)
	opus := multiaccount.WithModel(alice, "opus")

	fake.alice.Next(providertest.Limited(
		providertest.LimitWindows(providertest.Window{Name: "7d_opus", Limit: 1, Used: 1}),
	))
	fmt.Println("opus:", fake.ask(opus))
	lease, err := fake.pool.Acquire(context.Background(), multiaccount.Request{Model: "opus"})
	if err != nil {
		fmt.Println(err)
		return
	}
	lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	fmt.Println("the next for opus is bob:", lease.AccountID() == fake.bobID)
	fmt.Println("other models:", fake.ask(alice))
	// Output:
	// opus: 429 Too Many Requests
	// the next for opus is bob: true
	// other models: alice@example.com
}

// When every account is limited, the error says from when on one is not.
func ExampleAllAccountsLimitedError() {
	fake := startFake(multiaccount.Config{})
	defer fake.stop()
	client := &http.Client{Transport: fake.pool.Transport(nil)}

	fake.alice.Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
	fake.bob.Next(providertest.Limited(providertest.RetryAfter(2 * time.Hour)))
	resp, err := client.Do(fake.request(context.Background()))
	if err == nil {
		_ = resp.Body.Close()
	}
	var limited *multiaccount.AllAccountsLimitedError
	if errors.As(err, &limited) {
		fmt.Println("again in", time.Until(limited.RetryAt).Round(time.Minute))
		for _, a := range limited.Accounts {
			fmt.Println(a.Label, "in", time.Until(a.Until).Round(time.Minute))
		}
	}
	// Output:
	// again in 1h0m0s
	// alice@example.com in 1h0m0s
	// bob@example.com in 2h0m0s
}

// longestRest is a strategy of the host's own: the account that has not been
// used for the longest time serves.
type longestRest struct{}

func (longestRest) Pick(candidates []policy.Candidate, _ policy.Request, _ time.Time) int {
	rested := 0
	for i := range candidates {
		if candidates[i].LastUsed < candidates[rested].LastUsed {
			rested = i
		}
	}
	return rested
}

// A strategy picks among the accounts that can serve.
func ExampleConfig_strategy() {
	fake := startFake(multiaccount.Config{Strategy: longestRest{}})
	defer fake.stop()
	for range 3 {
		fmt.Println(fake.ask(context.Background()))
	}
	// Output:
	// alice@example.com
	// bob@example.com
	// alice@example.com
}

const question = `{"model":"claude","max_tokens":16,"messages":[]}`

// fake is what the examples play with: a fake Anthropic, and an engine with
// the logins of two accounts there.
type fake struct {
	srv            *providertest.Server
	alice, bob     *providertest.AccountHandle
	eng            *multiaccount.Engine
	pool           *multiaccount.Pool
	aliceID, bobID string
	// client goes through the pool, plain does not.
	client, plain *http.Client
}

// startFake opens an engine with c, which need not name providers.
func startFake(c multiaccount.Config) *fake {
	f := &fake{srv: providertest.New(providertest.Options{}), plain: &http.Client{Transport: &http.Transport{}}}
	f.alice = f.srv.AddAccount(providertest.Account{Email: "alice@example.com"})
	f.bob = f.srv.AddAccount(providertest.Account{Email: "bob@example.com"})
	at := f.srv.Endpoints(providertest.Anthropic)
	c.Providers = []providers.Provider{anthropic.New(anthropic.Options{BaseURL: at.BaseURL, TokenURL: at.TokenURL})}
	c.Settings, c.Store = quiet(), persistence.NewMemory()
	var err error
	if f.eng, err = multiaccount.Open(context.Background(), c); err != nil {
		panic(err)
	}
	if f.pool, err = f.eng.Pool("anthropic"); err != nil {
		panic(err)
	}
	f.client = &http.Client{Transport: f.pool.Transport(nil)}
	f.aliceID, f.bobID = f.add(f.alice), f.add(f.bob)
	return f
}

func (f *fake) add(h *providertest.AccountHandle) string {
	a := h.Account()
	id, err := f.pool.Add(context.Background(), multiaccount.NewAccount{
		Email: a.Email, Subject: a.Subject,
		AccessToken: h.AccessToken(), RefreshToken: h.RefreshToken(), ExpiresAt: h.ExpiresAt(),
	})
	if err != nil {
		panic(err)
	}
	return id
}

func (f *fake) stop() {
	if err := f.eng.Close(context.Background()); err != nil {
		panic(err)
	}
	f.plain.CloseIdleConnections()
	f.srv.Close()
}

// request returns a request to the fake provider.
func (f *fake) request(ctx context.Context) *http.Request {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.srv.URL+"/v1/messages", strings.NewReader(question))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return req
}

// ask sends a request through the pool and returns who served it, or what was
// answered instead.
func (f *fake) ask(ctx context.Context) string {
	resp, err := f.client.Do(f.request(ctx))
	if err != nil {
		return err.Error()
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return resp.Status
	}
	return resp.Header.Get(providertest.AccountHeader)
}

// What a lease's account was picked from: each account, and why it was chosen
// or passed over.
func ExampleLease_Decision() {
	fake := startFake(multiaccount.Config{})
	defer fake.stop()
	ctx := context.Background()

	lease, err := fake.pool.Acquire(ctx, multiaccount.Request{})
	if err != nil {
		fmt.Println(err)
		return
	}
	lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	decision, err := lease.Decision(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range decision.Considered {
		fmt.Println(c.State, c.Why)
	}
	fmt.Println(decision.Answer.Class)
	// Output:
	// usable first by the strategy
	// usable another comes first
	// success
}

// A host that keeps state which is bound to an account, such as encrypted
// reasoning, drops it when the conversation moves.
func ExampleWithTrace() {
	fake := startFake(multiaccount.Config{})
	defer fake.stop()

	drop := false
	ctx := multiaccount.WithTrace(context.Background(), func(a multiaccount.Attempt) {
		fmt.Println(a.Class, a.Next)
		drop = a.Moved
	})
	ctx = multiaccount.WithAffinity(ctx, "conversation-1")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, fake.srv.URL+"/v1/messages", strings.NewReader(question))
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := (&http.Client{Transport: fake.pool.Transport(nil)}).Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	fmt.Println(drop)
	// Output:
	// success return
	// false
}

// A host with settings of its own changes them while the engine runs.
func ExampleEngine_ApplySettings() {
	fake := startFake(multiaccount.Config{})
	defer fake.stop()

	changed := make(chan []string, 1)
	fake.eng.Subscribe(func(e multiaccount.Event) {
		if e, ok := e.(multiaccount.SettingsChanged); ok {
			changed <- e.Keys
		}
	})
	s := quiet()
	s.AccountSelectionStrategy = settings.StrategyDrainFirst
	if err := fake.eng.ApplySettings(context.Background(), s); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(<-changed, fake.eng.Settings().AccountSelectionStrategy)
	// Output: [account_selection_strategy] drain-first
}
