// Package providers defines what the engine needs from an AI provider. A provider
// turns the bytes of requests and answers into the values of package account, and
// back. It knows nothing of actors, pools or files.
//
// # Which provider to use
//
//   - providers/anthropic and providers/openai are those two.
//   - providers/oauth2 is any other provider with an OAuth 2 server, and
//     providers/apikey any other with API keys. They need no code.
//   - providers/configured makes all that the user's settings describe.
//
// # A provider of your own
//
// [Provider] is all that is required: it authorizes a request, says what an answer
// means for its account, and exchanges refresh tokens. Implement the other
// interfaces for what else the provider can do:
//
//   - [LoginSource], [DeviceSource], [KeyChecker]: ways to log in.
//   - [UsageSource], [ProfileSource]: questions about an account.
//   - [StreamReader]: failures within streams.
//   - [ResourceKeeper], [MemberLister]: stored responses and files, which only their
//     account can use.
//   - [HostsByKind]: a host for each kind of account.
//   - [Addressed]: the address of the provider, which package gateway needs.
//
// Test it with RunConformance of package providertest, which also has a fake
// provider for the tests of hosts.
package providers
