package demo

import (
	"time"

	"github.com/seed-810f1486/multiaccount"
)

// Phase is how far a run is.
type Phase uint8

// The phases, in their order.
const (
	// Serving: the workers send requests.
	Serving Phase = iota
	// Closing: the last requests end, and then the engine.
	Closing
	// Checking: the engine is opened again and every login tried.
	Checking
	// Ended: there is nothing more to come.
	Ended
)

// Snapshot is a run at one moment, for a screen to show.
type Snapshot struct {
	Options
	Phase Phase
	// Elapsed is the time since the start, Duration at most.
	Elapsed time.Duration
	// Requests, Streams, Failures and Rotations are those of the [Summary].
	Requests, Streams, Failures, Rotations int
	// Refreshes are the tokens that were renewed, Limited the answers that
	// told of a limit.
	Refreshes, Limited int
	// PerSecond is the number of requests in the latest second.
	PerSecond float64
	// Accounts are in the order of the providers, and then of their addition.
	Accounts []Track
	// News are the latest, oldest first.
	News []News
}

// Track is one account and what it has done so far.
type Track struct {
	AccountSummary
	// Beats are the equal parts of the run's duration, those to come included.
	Beats []Beat
}

// Beat is what an account did in a part of the run.
type Beat struct {
	// Served counts requests.
	Served int
	// State is empty in a part that is still to come.
	State multiaccount.State
}
