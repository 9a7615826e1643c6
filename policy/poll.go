package policy

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

const (
	// PollGap is the least time between two calls of an account's usage
	// endpoint, whichever process makes them.
	PollGap = 30 * time.Second
	// longestPollWait bounds the wait after a failed poll.
	longestPollWait = 24 * time.Hour
	// profileGap is the least time between two polls of an account's profile.
	profileGap = 24 * time.Hour
)

// PollDue reports whether rec's usage should be polled at now: its figures are
// not newer than before, nobody polled since, and no failed poll is backing off.
func PollDue(rec *account.Record, before, now time.Time) bool {
	latest := now.Add(PollGap) // another process may have read the clock later and stored first
	if within(rec.Poll.UsageAt, before, latest) || PollBlocked(rec, now) {
		return false
	}
	for i := range rec.Usage {
		if within(rec.Usage[i].SeenAt, before, latest) {
			return false
		}
	}
	return true
}

// PollBlocked reports whether a failed poll of rec is backing off.
func PollBlocked(rec *account.Record, now time.Time) bool {
	return within(rec.Poll.RetryAt, now, now.Add(longestPollWait))
}

// ProfileDue reports whether rec's profile should be polled at now: something is
// missing, and nobody polled within a day.
func ProfileDue(rec *account.Record, now time.Time) bool {
	unknown := rec.Subject == "" || rec.Email == "" || rec.Plan == ""
	return unknown && !within(rec.Poll.ProfileAt, now.Add(-profileGap), now)
}

// PollWait returns how long to wait after that many failed polls in a row: what
// the server asked for, or one minute, doubling to an hour, if that is longer.
func PollWait(failures int, retryAfter time.Duration, jitter float64) time.Duration {
	return min(max(retryAfter, Backoff(failures, time.Minute, time.Hour, jitter), PollGap), longestPollWait)
}

// within reports whether t is after from and not after to. A later t is from a
// clock that was set back since.
func within(t, from, to time.Time) bool { return t.After(from) && !t.After(to) }
