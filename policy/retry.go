package policy

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Step is what a request does after an answer.
type Step uint8

// The steps.
const (
	// Return hands the answer to the caller as it is.
	Return Step = iota
	// SameAccount asks the same account again after a pause.
	SameAccount
	// RefreshAccount gets the same account a new token and asks it again.
	RefreshAccount
	// NextAccount asks an account that this request has not tried.
	NextAccount
)

// String returns the step in a few lower-case words.
func (s Step) String() string {
	names := [...]string{"return", "same account", "refresh", "next account"}
	if int(s) < len(names) {
		return names[s]
	}
	return "unknown"
}

// sameAccountPauses are the waits before asking one account again when the
// provider failed, each times 0.5 to 1.
var sameAccountPauses = [...]time.Duration{time.Second, 2 * time.Second} //nolint:gochecknoglobals // a constant table

// largePool is the number of accounts from which the attempts are capped.
const (
	minAttempts       = 6
	attemptsByAccount = 3
	largePool         = 10
	maxAttemptsLarge  = 10
)

// RetryPlan decides the steps of one request. The zero value allows a single
// attempt. It is for one goroutine.
type RetryPlan struct {
	left      int
	pauses    int
	refreshed bool
}

// NewRetryPlan returns the plan for a request to a pool with that many
// accounts. lower, when above zero, lowers the number of attempts. A request
// that cannot be sent again has one attempt.
func NewRetryPlan(accounts, lower int, replayable bool) RetryPlan {
	attempts := max(minAttempts, attemptsByAccount*accounts)
	if accounts > largePool {
		attempts = maxAttemptsLarge
	}
	if lower > 0 {
		attempts = min(attempts, lower)
	}
	if !replayable {
		attempts = 1
	}
	return RetryPlan{left: attempts - 1}
}

// Spent reports whether the request can not be sent again, whatever comes.
func (p *RetryPlan) Spent() bool { return p.left <= 0 }

// Next returns what to do after an answer of that class to an account of that
// kind, and how long to wait first. jitter is a random number in [0, 1).
func (p *RetryPlan) Next(class account.Class, kind account.Kind, jitter float64) (Step, time.Duration) {
	step, wait := p.decide(class, kind, jitter)
	if step == Return || p.Spent() {
		return Return, 0
	}
	p.left--
	if step == NextAccount {
		p.pauses, p.refreshed = 0, false
	}
	return step, wait
}

func (p *RetryPlan) decide(class account.Class, kind account.Kind, jitter float64) (Step, time.Duration) {
	switch class {
	case account.ClassUnauthorized:
		if p.refreshed || kind == account.APIKey {
			return NextAccount, 0
		}
		p.refreshed = true
		return RefreshAccount, 0
	case account.ClassLimited, account.ClassRevoked:
		return NextAccount, 0
	case account.ClassServerError, account.ClassOverloaded, account.ClassNetwork:
		return p.again(jitter)
	default:
		return Return, 0
	}
}

// again pauses before the same account, until the pauses are used up.
func (p *RetryPlan) again(jitter float64) (Step, time.Duration) {
	if p.pauses == len(sameAccountPauses) {
		return NextAccount, 0
	}
	wait := sameAccountPauses[p.pauses]
	p.pauses++
	return SameAccount, time.Duration(float64(wait) * (0.5 + jitter/2))
}
