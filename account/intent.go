package account

import (
	"fmt"
	"time"
)

// Intent says that a refresh token is about to be spent. It is durable before
// the exchange begins and goes with it: one that is found belongs to an
// exchange whose outcome nobody saved.
type Intent struct {
	// Token is the fingerprint of the refresh token.
	Token string
	At    time.Time
	// Process is the id of the process that wrote the intent.
	Process int
	// SentAt is when the token was sent once more, after At; zero when it was not.
	SentAt time.Time
	// Again is set while it is sent once more: a process that dies then leaves
	// a token that was sent twice.
	Again bool
	// Ended is set when the process has seen the exchange end, without proof
	// that the token was not spent: nothing of it is on its way any more.
	Ended bool
}

// OnItsWay returns until when the request may still be on its way at now, when
// an exchange takes no longer than timeout; zero when it is not. An intent from
// after now says nothing: a clock was set back.
func (i *Intent) OnItsWay(now time.Time, timeout time.Duration) time.Time {
	sent := i.At
	if !i.SentAt.IsZero() {
		sent = i.SentAt
	}
	if until := sent.Add(timeout); !i.Ended && !sent.After(now) && now.Before(until) {
		return until
	}
	return time.Time{}
}

// Repeat returns the intent of sending the token once more, at now.
func (i *Intent) Repeat(now time.Time) Intent {
	repeated := *i
	repeated.SentAt, repeated.Again, repeated.Ended = now, !i.Ended, false
	return repeated
}

// Lost says, for the account's owner, what happened to a login whose refresh
// token turned out to be spent.
func (i *Intent) Lost() string {
	return fmt.Sprintf("its refresh token was sent at %s by process %d%s, and the login that may have come of it was never saved",
		i.At.Format(time.RFC3339), i.Process, i.again())
}

// SentTwice reports whether two processes died while they sent the token. A
// third try would tell no more.
func (i *Intent) SentTwice() bool { return i.Again && !i.Ended }

func (i *Intent) again() string {
	if !i.Again {
		return ""
	}
	return " and once more at " + i.SentAt.Format(time.RFC3339)
}
