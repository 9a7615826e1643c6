// Package login takes an account's owner through a login at the provider, and
// adds the account to a pool. It has no screen of its own: the host shows
// addresses and codes as it likes.
//
//	grant, err := login.Browser(ctx, provider, openBrowser)
//	...
//	saved, err := login.Save(ctx, pool, provider, login.New{Grant: grant, Label: "work"})
//
// [Browser] is for an owner with a browser on this machine, [Device] for one
// with any other device, [Paste] for one who can copy an address or a code to
// this machine. [Suggest] says which of them suit the machine. Each ends when
// its context ends, and leaves neither a listener nor a goroutine behind.
//
// Whoever sees a login's code cannot use it: it is bound to a verifier that
// never leaves this process (RFC 7636). A callback without this login's state
// is refused (RFC 6749 section 10.12).
package login
