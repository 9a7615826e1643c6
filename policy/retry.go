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
	// SameAccount asks the same account again after a wait.
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

// sameAccountWaits are the waits before asking one account again when the
// provider failed, each times 0.5 to 1.
var sameAccountWaits = [...]time.Duration{time.Second, 2 * time.Second} //nolint:gochecknoglobals // a constant table

// largePool is the number of accounts above which the attempts are capped.
const (
	minAttempts       = 6
	attemptsByAccount = 3
	largePool         = 10
	maxAttemptsLarge  = 10
)

// RetryPlan decides the steps of one request. The zero value allows a single
// attempt. It is for one goroutine.
type RetryPlan struct {
	left       int
	waits      int
	refreshed  bool
	waitBudget time.Duration
}

// NewRetryPlan returns the plan for a request to a pool with that many accounts.
// lower, when above zero, lowers the number of attempts. waitBudget bounds the sum of
// the waits that a provider in trouble asks for. A request that cannot be replayed
// gets one attempt.
func NewRetryPlan(accounts, lower int, waitBudget time.Duration, replayable bool) RetryPlan {
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
	return RetryPlan{left: attempts - 1, waitBudget: waitBudget}
}

// Spent reports whether no attempt is left.
func (p *RetryPlan) Spent() bool { return p.left <= 0 }

// Next returns what to do after an answer to an account of that kind, and how
// long to wait first. jitter is a random number in [0, 1).
func (p *RetryPlan) Next(v *account.Verdict, kind account.Kind, jitter float64) (Step, time.Duration) {
	step, wait := p.decide(v, kind, jitter)
	if step == Return || p.Spent() {
		return Return, 0
	}
	p.left--
	if step == NextAccount {
		p.waits, p.refreshed = 0, false
	}
	return step, wait
}

func (p *RetryPlan) decide(v *account.Verdict, kind account.Kind, jitter float64) (Step, time.Duration) {
	switch v.Class {
	case account.ClassUnauthorized:
		if p.refreshed || kind == account.APIKey {
			return NextAccount, 0
		}
		p.refreshed = true
		return RefreshAccount, 0
	case account.ClassLimited, account.ClassRevoked, account.ClassChallenge:
		return NextAccount, 0
	case account.ClassServerError, account.ClassOverloaded, account.ClassNetwork, account.ClassRetry:
		return p.again(v.RetryAfter, jitter)
	default:
		return Return, 0
	}
}

// again waits before the next attempt with the same account, until all waits are
// used. A wait that the provider asks for is respected, unless it is longer than
// the request may wait: then the account is not asked again.
func (p *RetryPlan) again(asked time.Duration, jitter float64) (Step, time.Duration) {
	if p.waits == len(sameAccountWaits) || asked > p.waitBudget {
		return NextAccount, 0
	}
	wait := time.Duration(float64(sameAccountWaits[p.waits]) * (0.5 + jitter/2))
	p.waits++
	p.waitBudget -= asked
	return SameAccount, max(wait, asked)
}
