package rounds

import (
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
)

// Refreshing refreshes tokens before they end, and in its first round those that
// have ended.
type Refreshing struct{ before time.Time }

// Find implements [Errand].
func (e *Refreshing) Find(now time.Time, s *messages.ScheduleRounds, replyTo messages.Recipient) messages.ToSupervisor {
	e.before = now.Add(s.Ahead)
	return &messages.GetExpiring{Before: e.before, ReplyTo: replyTo}
}

// Serve implements [Errand].
func (e *Refreshing) Serve(replyTo messages.Recipient) messages.ToAccount {
	return &messages.RefreshAccount{Before: e.before, ReplyTo: replyTo}
}

// Polling polls the usage of accounts whose figures are stale: of all in its first
// round, and then for as long as the pool is in use.
type Polling struct {
	before time.Time
	again  bool
}

// Find implements [Errand].
func (e *Polling) Find(now time.Time, s *messages.ScheduleRounds, replyTo messages.Recipient) messages.ToSupervisor {
	e.before = now.Add(-s.Age)
	ask := &messages.GetStale{Before: e.before, ReplyTo: replyTo}
	if e.again {
		ask.UsedSince = e.before
	}
	e.again = true
	return ask
}

// Serve implements [Errand].
func (e *Polling) Serve(replyTo messages.Recipient) messages.ToAccount {
	return &messages.PollUsage{Before: e.before, ReplyTo: replyTo}
}
