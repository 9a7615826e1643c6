// Package multiaccount lets a program use several accounts of an AI provider as
// if they were one. The program gets an [http.RoundTripper]. For each request
// the engine picks an account, keeps its token fresh, and moves to another
// account when one is limited or its login fails. Processes on one machine
// share the accounts.
//
//	eng, err := multiaccount.Open(ctx, multiaccount.Config{
//		Providers: []providers.Provider{anthropic.New(anthropic.Options{})},
//	})
//	...
//	defer eng.Close(ctx)
//	pool, err := eng.Pool("anthropic")
//	client := &http.Client{Transport: pool.Transport(nil)}
//
// # Engines, pools and accounts
//
// [Open] starts an [Engine] as a [Config] says. [Engine.Pool] returns the
// [Pool] of one provider. Accounts are added with [Pool.Add], by package login
// after a login, or with [Engine.Import] from other programs on the machine.
// [Pool.Accounts] shows them, and the pool's other methods change them.
//
// # Requests
//
// There are three ways to use a pool:
//
//   - [Pool.Transport] sends requests, and sends them again with another
//     account where that helps.
//   - [Pool.Acquire] lends one account to a program that sends by itself:
//     [Lease.Token] is what to send, and [Lease.Done] reports the [Outcome].
//   - [Pool.TokenSource] is for code that takes an oauth2.TokenSource.
//
// What a request needs can be said through its context:
//
//   - [WithAffinity]: the conversation that it belongs to
//   - [WithModel]: the model that it asks for
//   - [WithAccount], [WithAccounts]: the account, or the accounts, that may serve it
//   - [WithPools]: the pools of a chain that may serve it
//   - [WithCaller]: on whose behalf it is sent
//   - [WithPriority]: whether it goes before others that wait
//
// The transport reads conversation and model from the requests of known clients.
//
// # Chains
//
// A [Chain] is several pools of one wire format: when one cannot serve a request,
// the next one does. [Engine.Chain] returns one of the settings, [NewChain] makes
// one, and [Chain.Transport] sends requests along it.
//
// # What happened, and why
//
// [Engine.Subscribe] delivers events, which package event describes.
// [WithTrace] reports each [Attempt] of a request. [Lease.Decision] and
// [Pool.Decisions] say why an account was picked.
//
// # Errors
//
// Compare errors with [errors.Is] and [errors.As]:
//
//   - [*AllAccountsLimitedError]: try again at its RetryAt.
//   - [*ProviderUnavailableError]: the provider is in trouble; try again at
//     its RetryAt.
//   - [*ReauthRequiredError]: the account's owner has to log in again.
//   - [*AccountUnavailableError]: the only account that may serve cannot.
//   - [ErrNoAccounts], [*NoAccountOfKindError]: add or enable an account.
//   - [*ChainSpentError]: no pool of a chain can serve; it wraps why.
//   - [*ForeignHostError]: the request goes to a host that is not the
//     provider's.
//   - [ErrClosed]: the engine is closed.
//
// # More
//
// In the repository, docs/architecture.md follows a request through the engine,
// docs/durability.md says what is promised when a process dies, and
// docs/versioning.md which packages follow semantic versioning.
package multiaccount
