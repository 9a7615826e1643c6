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
// [WithAffinity], [WithModel], [WithAccount], [WithAccounts] and [WithCaller] say through a
// context which conversation a request belongs to, which model it asks for,
// which account must serve it and on whose behalf it is sent. The transport
// reads the first two from the requests of known clients.
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
