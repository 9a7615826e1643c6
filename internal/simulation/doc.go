// Package simulation plays weeks of work against the strategies of package
// policy, without a clock: many agents, few accounts, quota windows as the
// providers have them. It measures what each strategy serves, how often a
// conversation changes accounts, and what quota ends unused, and compares that
// with an upper bound on what anyone who knew the future could serve.
//
// go test ./internal/simulation -update writes docs/strategies.md's table and
// its chart anew.
package simulation
