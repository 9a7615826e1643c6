// Package login gets an account's owner through a login at the provider, and
// the account into a pool. It has no screen of its own: a host shows addresses
// and codes as it likes.
//
//	grant, err := login.Browser(ctx, provider, openBrowser)
//	...
//	saved, err := login.Save(ctx, pool, provider, login.New{Grant: grant, Label: "work"})
//
// [Browser] is for an owner whose browser is on this machine, [Device] for one
// with any other device, [Paste] for one who can copy an address or a code
// here. [Suggest] says which of them suit the machine. Each ends with its
// context, and leaves neither a listener nor a goroutine behind.
//
// What a login came back with is worth nothing to anybody who sees it pass by:
// the code is bound to a verifier that never leaves this process (RFC 7636),
// and a callback without this login's state is refused (RFC 6749 section
// 10.12).
package login
