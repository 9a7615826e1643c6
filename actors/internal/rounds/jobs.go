package rounds

import (
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
)

// Refreshing refreshes tokens before they end. Its first round also refreshes
// those that have ended.
type Refreshing struct{ before time.Time }

// Find implements [Job].
func (e *Refreshing) Find(now time.Time, s *messages.ScheduleRounds, replyTo messages.Recipient) messages.ToSupervisor {
	e.before = now.Add(s.Ahead)
	return &messages.GetExpiring{Before: e.before, ReplyTo: replyTo}
}

// Request implements [Job].
func (e *Refreshing) Request(replyTo messages.Recipient) messages.ToAccount {
	return &messages.RefreshAccount{Before: e.before, ReplyTo: replyTo}
}

// Polling polls the usage of accounts whose usage is stale. Its first round polls
// all of them; later rounds only while the pool is in use.
type Polling struct {
	before time.Time
	again  bool
}

// Find implements [Job].
func (e *Polling) Find(now time.Time, s *messages.ScheduleRounds, replyTo messages.Recipient) messages.ToSupervisor {
	e.before = now.Add(-s.Age)
	ask := &messages.GetStale{Before: e.before, ReplyTo: replyTo}
	if e.again {
		ask.UsedSince = e.before
	}
	e.again = true
	return ask
}

// Request implements [Job].
func (e *Polling) Request(replyTo messages.Recipient) messages.ToAccount {
	return &messages.PollUsage{Before: e.before, ReplyTo: replyTo}
}
