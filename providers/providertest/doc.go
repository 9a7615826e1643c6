// Package providertest is a programmable AI provider for tests: a real HTTP
// server on the loopback interface that plays Anthropic and OpenAI (its API
// and ChatGPT's Codex) at once. It needs no *testing.T, so it serves benchmarks and
// demonstrations as well.
//
//	srv := providertest.New(providertest.Options{})
//	defer srv.Close()
//	alice := srv.AddAccount(providertest.Account{Flavour: providertest.Anthropic, Email: "alice@example.com"})
//	at := srv.Endpoints(providertest.Anthropic)
//	provider := anthropic.New(anthropic.Options{BaseURL: at.BaseURL, TokenURL: at.TokenURL})
//
// # Logins
//
// Each account has a login (an access token that expires, and a refresh token
// that may be spent once) and an API key; [AccountHandle] returns what is
// valid at the moment. Presenting a spent refresh token again revokes every
// token that descends from the same login, and is counted in
// [Stats.RefreshTokensSpentTwice]: a client that races itself shows at once.
//
// # Answers
//
// What the server would answer by itself is decided in this order: an outage
// ([Server.StartOutage]), the credentials, a script ([Server.Script],
// [AccountHandle.Next]), the quota windows ([Account.Windows]), success. So a
// scripted answer waits for a request that would have been served, and an
// expired token does not use it up.
//
// # Waiting without sleeping
//
// A [Gate] holds requests or token exchanges at a chosen place: wait for them
// with [Gate.Wait], look at what the client does meanwhile, and let them go
// with [Gate.Release]. [Server.WaitCalls] waits for requests to be recorded.
// That happens before an answer's first byte is sent, so [Server.Calls] and
// [Server.Stats] always include every answer that a client has seen.
//
// # Secrets
//
// The server keeps no token in its records and prints nothing. Each token and
// key that it issues contains [TokenMark], so a test can search logs, files
// and error texts for a leak.
package providertest
