package policy

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

const (
	// PollGap is the least time between two calls of an account's usage
	// endpoint, whichever process makes them.
	PollGap = 30 * time.Second
	// longestPollWait is what no wait after a failed poll outlasts.
	longestPollWait = 24 * time.Hour
	// profileGap is the least time between two questions whose an account is.
	profileGap = 24 * time.Hour
)

// PollDue reports whether rec's figures are to be asked for at now: they are no
// newer than before, nobody has asked since, and no failure stands in the way.
func PollDue(rec *account.Record, before, now time.Time) bool {
	latest := now.Add(PollGap) // somebody else may have looked at the clock later, and been faster
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

// PollBlocked reports whether a failed poll keeps rec from being asked about.
func PollBlocked(rec *account.Record, now time.Time) bool {
	return within(rec.Poll.RetryAt, now, now.Add(longestPollWait))
}

// ProfileDue reports whether it is to be asked at now whose account rec is:
// something is not known, and nobody asked within a day.
func ProfileDue(rec *account.Record, now time.Time) bool {
	unknown := rec.Subject == "" || rec.Email == "" || rec.Plan == ""
	return unknown && !within(rec.Poll.ProfileAt, now.Add(-profileGap), now)
}

// PollWait returns how long to wait after the failures-th failed poll in a row:
// what the server asked for, else one minute, doubling to an hour.
func PollWait(failures int, retryAfter time.Duration, jitter float64) time.Duration {
	return min(max(retryAfter, Backoff(failures, time.Minute, time.Hour, jitter), PollGap), longestPollWait)
}

// within reports whether t is after from and not after to: what is later was
// seen by a clock that has been set back since.
func within(t, from, to time.Time) bool { return t.After(from) && !t.After(to) }
