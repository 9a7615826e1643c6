// Package messages holds everything the actors say to each other. Commands are in
// the imperative, facts in the past tense, queries begin with Get. What hosts are
// told is in package event. This package imports the standard library and the plain
// values of packages account and policy, which all layers share.
//
// Each receiver has a file: account.go, supervisor.go, writer.go. What an owner or a
// host asks for is in account_owner.go and pool_owner.go, what the writer tells in
// account_stored.go and pool_stored.go. Three matters have a file of their own: the
// use of an account (lease.go), a refresh (refresh.go) and decisions (decisions.go).
//
// Each receiver has a sealed interface. Its marker method has a pointer receiver,
// so a message sent as a value does not compile.
//
// The package is a seam inside the module and promises nothing to programs
// outside: they use packages multiaccount and event. See docs/versioning.md.
package messages

import (
	"errors"
)

// ErrStopped answers an ask whose actor has stopped.
var ErrStopped = errors.New("the actor has stopped")

// ErrRestarted answers an ask that was lost because an actor failed and was
// restarted.
var ErrRestarted = errors.New("the pool was restarted after an internal fault; try again")

// Recipient is an actor's address.
type Recipient interface {
	// Tell delivers message without waiting. A message to a stopped actor is
	// dropped.
	Tell(message any)
}

// Failer is a message whose sender waits for an answer.
type Failer interface {
	// Fail answers the ask with err.
	Fail(err error)
}
