package policy

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Breaker decides whether requests may go to something that all accounts
// share, such as the provider itself. It is closed while that works. After
// trouble in a row it opens, and nothing goes. When its pause is over, one
// request is let through, as a probe; what comes of it closes the breaker, or
// opens it again for longer.
//
// What began before the present state did is of an older generation and says
// nothing. The zero value is closed. A Breaker is not safe for concurrent use.
type Breaker struct {
	state breakerState
	// since is when the state began; what began earlier does not count.
	since Instant
	// until is when the next probe may go.
	until Instant
	// openings in a row, without the breaker having closed.
	openings int

	// failures in a row while closed, by their weight, the last at failedAt.
	failures int
	failedAt Instant
	// failed are the accounts that have failed in this row, mostFailed at most.
	failed []string
	// class is that of the last failure.
	class account.Class
}

type breakerState uint8

const (
	closed breakerState = iota
	open
	halfOpen
)

const (
	// troubleOpens is how many failures in a row open a breaker: more than what
	// one request with a flaky answer causes, and soon reached by many.
	troubleOpens = 10
	// troubleRow is how long two failures may be apart and still be in a row.
	troubleRow = time.Minute
	// A breaker's pauses, doubling.
	firstPause   = 2 * time.Second
	longestPause = time.Minute
	// mostFailed accounts that fail in a row are enough evidence against the
	// provider, however many others there are.
	mostFailed = 64
	// probePatience is how long a probe is waited for before the next goes.
	probePatience = 10 * time.Second
)

// Result is what came of one request, as far as the provider is concerned.
type Result struct {
	// Account served the request.
	Account string
	Class   account.Class
	// LeasedAt is when the request began.
	LeasedAt Instant
	// Alone is set when no other account could have shown the same.
	Alone bool
}

// Change is what a result did to a breaker.
type Change uint8

// The changes.
const (
	// Unchanged: as many requests may go as before.
	Unchanged Change = iota
	// Opened: it was closed.
	Opened
	// Reopened: the probe failed, or was given up.
	Reopened
	// Closed: the probe came back.
	Closed
)

// IsTrouble reports whether an answer of that class speaks against the
// provider, and not against the account or the caller.
func IsTrouble(c account.Class) bool {
	switch c {
	case account.ClassServerError, account.ClassOverloaded, account.ClassNetwork, account.ClassChallenge:
		return true
	default:
		return false
	}
}

// Failed returns the accounts that have failed since the last success. One
// account's failure says little of the others: while the breaker is open, each
// other account may still be asked once. all is set when, of so many accounts,
// none is left for that. The result must not be written to.
func (b *Breaker) Failed(accounts int) (ids []string, all bool) {
	return b.failed, len(b.failed) >= min(accounts, mostFailed)
}

// NeedsSuccesses reports whether successes are news: trouble has been seen since the last.
func (b *Breaker) NeedsSuccesses() bool { return b.state != closed || b.failures > 0 }

// Class returns that of the last trouble.
func (b *Breaker) Class() account.Class { return b.class }

// Wait returns when the next request may go, zero for at once, and whether a
// probe is under way, which may end the wait any time.
func (b *Breaker) Wait(now Instant) (until Instant, probing bool) {
	if b.state == closed || b.until <= now || b.setBack(now) {
		return 0, false
	}
	return b.until, b.state == halfOpen
}

// Begin notes that a request goes now, Wait having allowed it.
func (b *Breaker) Begin(now Instant) {
	switch {
	case b.state == closed:
		return
	case b.state == open || b.setBack(now):
		b.since = now
	}
	b.state, b.until = halfOpen, now.Add(probePatience)
}

// Learn takes in what came of a request. jitter is a random number in [0, 1).
func (b *Breaker) Learn(r Result, now Instant, jitter float64) Change {
	older := r.LeasedAt < b.since && !b.setBack(now)
	switch {
	case IsTrouble(r.Class):
		return b.fail(r, older, now, jitter)
	case b.state != closed && older:
		return Unchanged
	case r.Class == account.ClassCancelled:
		return b.giveUpProbe(now)
	}
	return b.close(now)
}

// giveUpProbe lets the next probe go: the one under way will tell nothing.
func (b *Breaker) giveUpProbe(now Instant) Change {
	if b.state != halfOpen {
		return Unchanged
	}
	b.state, b.until = open, now
	return Reopened
}

func (b *Breaker) close(now Instant) Change {
	before := b.state
	*b = Breaker{since: now}
	if before == closed {
		return Unchanged
	}
	return Closed
}

func (b *Breaker) fail(r Result, older bool, now Instant, jitter float64) Change {
	if b.state == closed && older {
		return Unchanged
	}
	b.class = r.Class
	b.count(r, now)
	switch {
	case b.state == open, older:
		return Unchanged
	case b.state == halfOpen:
		b.open(now, jitter)
		return Reopened
	}
	shared := len(b.failed) > 1 || r.Alone || r.Class == account.ClassChallenge
	if b.failures < troubleOpens || !shared {
		return Unchanged
	}
	b.open(now, jitter)
	return Opened
}

// count adds a failure to those in a row.
func (b *Breaker) count(r Result, now Instant) {
	if b.state == closed && (b.failures == 0 || b.failedAt.Add(troubleRow) < now) {
		b.failures, b.failed = 0, nil
	}
	b.failures += weight(r.Class)
	b.failedAt = now
	if len(b.failed) < mostFailed && !slices.Contains(b.failed, r.Account) {
		b.failed = append(b.failed, r.Account)
	}
}

// weight returns how many failures one of that class stands for: a provider
// that calls itself overloaded means it, and a firewall's challenge is followed
// by the next.
func weight(c account.Class) int {
	switch c {
	case account.ClassChallenge:
		return troubleOpens
	case account.ClassOverloaded:
		return 2
	default:
		return 1
	}
}

func (b *Breaker) open(now Instant, jitter float64) {
	b.openings++
	b.state, b.since, b.failures = open, now, 0
	b.until = now.Add(Backoff(b.openings, firstPause, longestPause, jitter))
}

// setBack reports whether the clock was: what is to come then comes at once.
func (b *Breaker) setBack(now Instant) bool { return now+patience < b.since }
