package policy

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Breaker is a circuit breaker for something that all accounts share, such as the
// provider itself. It is closed while that works. After trouble in a row it
// opens, and no request may go for a while. Then one request goes as a probe. The
// outcome of the probe closes the breaker, or opens it again for longer.
//
// A request that began before the current state did says nothing about it. The
// zero value is closed. A Breaker is not safe for concurrent use.
type Breaker struct {
	state breakerState
	// since is when the state began; requests that began earlier do not count.
	since Instant
	// until is when the next probe may go.
	until Instant
	// openings is how often the breaker opened without closing in between.
	openings int

	// failures is the number of failures in a row while closed, by their weight;
	// the last was at failedAt.
	failures int
	failedAt Instant
	// failed are the accounts that failed in this row, at most mostFailed.
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
	// troubleOpens is how many failures in a row open the breaker: more than one
	// request with a flaky answer causes, and few enough to be reached soon when
	// many requests fail.
	troubleOpens = 10
	// troubleRow is how far apart two failures may be and still be in a row.
	troubleRow = time.Minute
	// How long a breaker stays open: the first time and at most. The time doubles
	// in between.
	firstOpen   = 2 * time.Second
	longestOpen = time.Minute
	// mostFailed is how many failing accounts are enough evidence against the
	// provider, however many other accounts there are.
	mostFailed = 64
	// probeTimeout is how long the breaker waits for a probe before the next one
	// may go.
	probeTimeout = 10 * time.Second
)

// Result is the outcome of one request, as far as it concerns the provider.
type Result struct {
	// Account is the account that served the request.
	Account string
	Class   account.Class
	// LeasedAt is when the request began.
	LeasedAt Instant
	// Alone is set when the pool has no other account that could fail too.
	Alone bool
}

// Change is what a result did to a breaker.
type Change uint8

// The changes.
const (
	// Unchanged: requests may go as before.
	Unchanged Change = iota
	// Opened: it was closed.
	Opened
	// Reopened: the probe failed, or was given up.
	Reopened
	// Closed: the probe came back.
	Closed
)

// IsTrouble reports whether an answer of that class is evidence against the
// provider, not against the account or the caller.
func IsTrouble(c account.Class) bool {
	switch c {
	case account.ClassServerError, account.ClassOverloaded, account.ClassNetwork, account.ClassChallenge:
		return true
	default:
		return false
	}
}

// Failed returns the accounts that failed since the last success. A failure of
// one account says little about the others, so while the breaker is open each
// other account may still be asked once. all is set when no account is left for
// that, out of so many accounts. The result must not be written to.
func (b *Breaker) Failed(accounts int) (ids []string, all bool) {
	return b.failed, len(b.failed) >= min(accounts, mostFailed)
}

// NeedsSuccesses reports whether the breaker has to be told of successes: there
// was trouble since the last one.
func (b *Breaker) NeedsSuccesses() bool { return b.state != closed || b.failures > 0 }

// Class returns the class of the last trouble.
func (b *Breaker) Class() account.Class { return b.class }

// Wait returns when the next request may go, zero for at once, and whether a
// probe is under way, whose outcome may end the wait earlier.
func (b *Breaker) Wait(now Instant) (until Instant, probing bool) {
	if b.state == closed || b.until <= now || b.setBack(now) {
		return 0, false
	}
	return b.until, b.state == halfOpen
}

// Begin notes that a request goes now. Wait must have allowed it.
func (b *Breaker) Begin(now Instant) {
	switch {
	case b.state == closed:
		return
	case b.state == open || b.setBack(now):
		b.since = now
	}
	b.state, b.until = halfOpen, now.Add(probeTimeout)
}

// Observe applies the outcome of a request. jitter is a random number in [0, 1).
func (b *Breaker) Observe(r Result, now Instant, jitter float64) Change {
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

// giveUpProbe lets the next probe go, because the one under way was canceled.
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

// weight returns how many failures one of that class counts for. A provider that
// says it is overloaded is believed sooner, and after a firewall's challenge the
// next request is challenged too.
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
	b.until = now.Add(Backoff(b.openings, firstOpen, longestOpen, jitter))
}

// setBack reports whether the clock was set back. What was scheduled for later is
// then due at once.
func (b *Breaker) setBack(now Instant) bool { return now+clockSlack < b.since }
