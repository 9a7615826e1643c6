package messages

import "time"

// ToRounds is a message for an actor that does something for accounts again and
// again: refresh their tokens ahead of time, or poll their usage.
//
//sumtype:decl
type ToRounds interface{ toRounds() }

// AccountsDue tells which accounts something is to be done for. The supervisor
// sends it in answer to [GetExpiring] and [GetStale].
type AccountsDue struct {
	Accounts []Recipient
}

// JobEnded tells that a [RefreshAccount] or a [PollUsage] has ended, well or
// not. An account sends it.
type JobEnded struct{}

// ScheduleRounds changes how often accounts are looked at. A caller sends it; not
// answered.
type ScheduleRounds struct {
	// Interval is how long after the beginning of one round the next begins; 0 is never.
	Interval time.Duration
	// Ahead is how long before its end a token is refreshed.
	Ahead time.Duration
	// Age is how old figures of usage get before they are polled.
	Age time.Duration
}

func (*AccountsDue) toRounds()    {}
func (*JobEnded) toRounds()       {}
func (*ScheduleRounds) toRounds() {}
