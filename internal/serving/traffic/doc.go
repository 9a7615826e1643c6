// Package traffic tells of each request that comes to a server, from its head to its
// end: metrics, the access log and traces are watchers of it. What the gateway
// refuses is a request as well.
package traffic
