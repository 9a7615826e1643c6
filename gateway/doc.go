// Package gateway serves the pools of an engine over HTTP, to programs that take
// a base URL: coding agents and SDK clients. It passes requests on with the
// account that the pool picks. When no account can serve a request, its answer has
// the status and the form that make the program that asked stop and show the message.
//
//	g, err := gateway.New(gateway.Config{Engine: eng, Clients: gateway.Tokens{laptop}})
//	...
//	srv := gateway.Server(g)
//	err = srv.Serve(listener)
//
// # For hosts
//
// [Config] needs an engine and [Clients], which say whose token a token is: [Tokens]
// for a list that does not change, [ClientFile] for a file that people and commands
// change. [Server] has the limits that suit a gateway. [Config.Observe] watches each
// [Exchange]. [Gateway.Guard] puts the checks of hosts and paths before a handler of
// your own. At the end, call [Gateway.Drain] and shut the server down.
//
// # The way of one request
//
// [Gateway.ServeHTTP] checks who asks (guard.go, token.go), finds where the request
// goes (route.go, path.go), reads the body so that it can be sent again (body.go), and
// hands the request to one httputil.ReverseProxy (proxy.go). Its transport is
// that of the pool (send.go), which holds a request while no account is free and
// keeps its client there (keepalive.go). What the pool or the provider refuses
// becomes a refusal (refusal.go), written for the program that asked (asker.go,
// answer.go, message.go). WebSockets go another way (websocket.go, relay.go).
//
// docs/gateway.md says what clients and operators can rely on.
package gateway
