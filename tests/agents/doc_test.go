// Package agents_test runs the coding agents as their makers publish them, from
// npm, against the real gateway and the fake provider, in homes of their own and
// without a network but loopback. What each does is the table of docs/agents.md.
//
//	go test ./tests/agents -args -agents pinned
//
// installs them into .cache/agents, once, and -update writes the table. "-agents
// latest" takes the newest ones. Without -agents nothing is installed, and the
// tests are skipped.
package agents_test
