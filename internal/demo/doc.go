// Package demo shows the engine at work, without any account or network. A fake
// provider serves a pool of Anthropic accounts and one of OpenAI accounts, and workers
// send requests to both. Meanwhile tokens end, accounts meet their limits, a login is
// revoked, and the provider is in trouble for a while. The workers may be divided
// among several processes, whose engines share one folder.
//
// [Start] begins a run, [Run.Snapshot] is what a screen shows of it, and
// [Run.Wait] returns the [Summary], whose [Summary.Problems] say whether the
// engine kept its promises.
//
// The files:
//
//	cast.go               who the accounts are
//	plot.go               what happens when
//	stage.go              the provider
//	host.go               a program that embeds the engine
//	crowd.go              its workers
//	join.go               another process, with some of the workers
//	peer.go, ensemble.go  what the first process knows of the others
//	ledger.go             what came of the requests
//	inspect.go            whether every login still works
package demo
