// Package simulation plays weeks of work against the strategies of package
// policy, without a clock: many agents, few accounts, quota windows as the
// providers have them. It measures how much each strategy serves, how often a
// conversation changes accounts, and how much quota ends unused. It compares that with
// an upper bound: what somebody who knew the future could serve.
//
// go test ./internal/simulation -update writes the table and the chart of
// docs/strategies.md.
package simulation
