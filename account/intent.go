package account

import (
	"fmt"
	"time"
)

// Intent records that a refresh token is about to be spent. It is on disk
// before the exchange begins, and is removed after it. An intent that is found
// later belongs to an exchange whose result nobody saved.
type Intent struct {
	// Token is the fingerprint of the refresh token.
	Token string
	At    time.Time
	// Process is the id of the process that wrote the intent. Host is its machine,
	// empty in a store of one machine.
	Process int
	Host    string
	// SentAt is when the token was sent again, after At; zero when it was not.
	SentAt time.Time
	// Again is set while the token is sent again. If the process dies then, the
	// token was sent twice.
	Again bool
	// Ended is set when the process saw the exchange end without proof that the
	// token was not spent. Its request cannot arrive any more.
	Ended bool
}

// OnItsWay returns until when the request may still arrive, as seen at now, if
// an exchange takes at most timeout; zero when it cannot arrive any more. An
// intent from the future says nothing: a clock was set back.
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

// Repeat returns the intent to send the token again, at now.
func (i *Intent) Repeat(now time.Time) Intent {
	repeated := *i
	repeated.SentAt, repeated.Again, repeated.Ended = now, !i.Ended, false
	return repeated
}

// Lost says, for the account's owner, what happened to a login whose refresh
// token turned out to be spent.
func (i *Intent) Lost() string {
	return fmt.Sprintf("its refresh token was sent at %s by process %d%s%s, and the login that may have come of it was never saved",
		i.At.Format(time.RFC3339), i.Process, i.where(), i.again())
}

func (i *Intent) where() string {
	if i.Host == "" {
		return ""
	}
	return " on " + i.Host
}

// SentTwice reports whether two processes died while they sent the token. A
// third try would show nothing new.
func (i *Intent) SentTwice() bool { return i.Again && !i.Ended }

func (i *Intent) again() string {
	if !i.Again {
		return ""
	}
	return " and once more at " + i.SentAt.Format(time.RFC3339)
}
