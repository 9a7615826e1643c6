// Package demo shows the engine at work, without any account or network: a
// fake provider serves a pool of Anthropic and one of OpenAI accounts, workers
// send requests to both, and meanwhile everything goes
// wrong that an engine has to ride out: tokens end, accounts hit their
// limits, a login is revoked, the provider has bad spells. The workers may be
// shared out among several processes, whose engines share one folder.
//
// [Start] begins a run, [Run.Snapshot] is what a screen shows of it, and
// [Run.Wait] returns the [Summary], whose [Summary.Problems] say whether the
// engine kept its promises.
//
// A file has one part each: cast.go who the accounts are, plot.go what
// happens when, stage.go the provider, host.go a program that embeds the
// engine, crowd.go its workers, join.go another process with some of them,
// peer.go and ensemble.go what the first knows of those, ledger.go what they met with, inspect.go
// whether every login still works.
package demo
