// Package metrics counts what a gateway and its engine do, for Prometheus. It has a
// registry of its own. docs/metrics.md lists what there is.
//
// No label is unbounded: providers, windows and accounts are the owner's, all else is
// from a fixed set. Clients and models are no labels, since requests bring those; the
// file of what was used has them.
package metrics
