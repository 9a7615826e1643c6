// Package dashboard is the gateway's page: accounts, what was used, events, decisions,
// and clients, in a browser.
//
// The page is the same for everybody and has no data. It gets those from the admin
// interface, by way of this package, which asks for a session. A session begins with
// a link that works once: [NewLink] makes one for whoever may write the state
// directory, and the page brings its secret back in a request's body. The secret
// is in the part of the address that browsers do not send, so no log has it.
//
// A session is a cookie that scripts cannot read, and a token that only the page's
// own origin can, since cookies are sent to other ports of a machine too. Each
// request has to bring both.
package dashboard
