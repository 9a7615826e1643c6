// Package admin serves the interface through which an owner, or the dashboard, looks
// at and changes what a gateway serves: accounts, clients, settings, logins. It is JSON
// over HTTP below [Path], described by the OpenAPI document that it serves.
//
//	a, err := admin.New(admin.Config{Engine: eng, Token: token, Clients: clients})
//	...
//	mux.Handle(admin.Path+"/", g.Guard(a)) // g is the gateway
//	...
//	a.Close()
//
// [Admin.ServeHTTP] checks who asks (auth.go) and finds the handler (routes.go).
// There is a file for each group of handlers. What goes wrong becomes a problem
// (problem.go), as RFC 9457 has it. Changes are those of the engine's own methods.
//
// No answer has a secret, but for the token of a client that was just added.
package admin
