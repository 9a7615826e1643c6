package messages

import "time"

// ToRounds is a message for an actor that works through accounts in rounds: it
// refreshes tokens ahead of time, or polls usage.
//
//sumtype:decl
type ToRounds interface{ toRounds() }

// AccountsDue lists the accounts that are due. The supervisor sends it in answer
// to [GetExpiring] and [GetStale].
type AccountsDue struct {
	Accounts []Recipient
}

// JobEnded tells that a [RefreshAccount] or a [PollUsage] has ended, with success
// or not. An account sends it.
type JobEnded struct{}

// ScheduleRounds changes when accounts are due and how often that is checked. A
// caller sends it; not answered.
type ScheduleRounds struct {
	// Interval is the time from the beginning of one round to that of the next; 0
	// means no rounds.
	Interval time.Duration
	// Ahead is how long before its end a token is refreshed.
	Ahead time.Duration
	// Age is the age at which usage is stale.
	Age time.Duration
}

func (*AccountsDue) toRounds()    {}
func (*JobEnded) toRounds()       {}
func (*ScheduleRounds) toRounds() {}
