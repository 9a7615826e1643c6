package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// ledger counts what the workers met with. Its zero value is not ready; make
// it with newLedger. It is safe for concurrent use.
type ledger struct {
	mu sync.Mutex
	counts
}

// counts is what a ledger holds. It travels between processes as JSON.
type counts struct {
	Requests, Streams, Cancelled int
	Attempts, Rotations          int
	// Statuses counts all attempts, under "none" those without an answer.
	Statuses map[string]int
	Failures map[string]*Failure
	// Served and Limited count by the account's name.
	Served, Limited map[string]int
	ByFlavour       map[providertest.Flavour]int
	Latency         histogram
}

// visit is one request, from the worker's side.
type visit struct {
	question
	took  time.Duration
	trace *trace
	err   error
}

func noCounts() counts {
	return counts{
		Statuses: map[string]int{}, Failures: map[string]*Failure{},
		Served: map[string]int{}, Limited: map[string]int{},
		ByFlavour: map[providertest.Flavour]int{},
	}
}

func newLedger() *ledger {
	return &ledger{counts: noCounts()}
}

// add counts a request. One that its worker gave up is nobody's failure.
func (l *ledger) add(v visit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if errors.Is(v.err, context.Canceled) {
		l.Cancelled++
		return
	}
	l.Requests++
	l.ByFlavour[v.flavour]++
	l.Latency.add(v.took)
	l.addTrace(v.trace)
	if v.stream {
		l.Streams++
	}
	if v.err != nil {
		l.fail(v)
		return
	}
	l.Served[v.trace.answeredBy()]++
}

func (l *ledger) addTrace(t *trace) {
	l.Attempts += len(t.attempts)
	l.Rotations += t.rotations()
	for _, a := range t.attempts {
		l.Statuses[statusName(a.status)]++
		if a.status == http.StatusTooManyRequests {
			l.Limited[a.account]++
		}
	}
}

func statusName(status int) string {
	if status == 0 {
		return "none"
	}
	return strconv.Itoa(status)
}

func (l *ledger) fail(v visit) {
	kind := kindOf(v.err)
	f := l.Failures[kind]
	if f == nil {
		f = &Failure{Kind: kind, Example: fmt.Sprintf("%s: %v; attempts: %s", v.flavour, v.err, v.trace)}
		l.Failures[kind] = f
	}
	f.Count++
}

// copied returns the counts as they are now.
func (l *ledger) copied() counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := noCounts()
	c.merge(&l.counts)
	return c
}

// merge adds what somebody else has counted. Nothing is shared with it.
func (c *counts) merge(other *counts) {
	c.Requests += other.Requests
	c.Streams += other.Streams
	c.Cancelled += other.Cancelled
	c.Attempts += other.Attempts
	c.Rotations += other.Rotations
	mergeCounts(c.Statuses, other.Statuses)
	mergeCounts(c.Served, other.Served)
	mergeCounts(c.Limited, other.Limited)
	mergeCounts(c.ByFlavour, other.ByFlavour)
	c.Latency.merge(&other.Latency)
	for kind, f := range other.Failures {
		if mine := c.Failures[kind]; mine != nil {
			mine.Count += f.Count
			continue
		}
		one := *f
		c.Failures[kind] = &one
	}
}

func mergeCounts[K comparable](into, from map[K]int) {
	for key, n := range from {
		into[key] += n
	}
}

// books are the ledgers of all processes of a run.
type books []interface{ copied() counts }

// copied returns what all have counted together.
func (b books) copied() counts {
	sum := noCounts()
	for _, book := range b {
		c := book.copied()
		sum.merge(&c)
	}
	return sum
}

// failed is how many requests ended in an error.
func (c *counts) failed() int {
	n := 0
	for _, f := range c.Failures {
		n += f.Count
	}
	return n
}

// kindOf returns a short word for what a caller got instead of an answer.
func kindOf(err error) string {
	var (
		limited     *multiaccount.AllAccountsLimitedError
		reauth      *multiaccount.ReauthRequiredError
		unavailable *multiaccount.AccountUnavailableError
		status      statusError
	)
	switch {
	case errors.As(err, &limited):
		return "all_limited"
	case errors.As(err, &reauth):
		return "reauth_required"
	case errors.As(err, &unavailable):
		return "account_unavailable"
	case errors.Is(err, multiaccount.ErrNoAccounts):
		return "no_accounts"
	case errors.Is(err, multiaccount.ErrClosed):
		return "closed"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, errUnfinished):
		return "unfinished"
	case errors.Is(err, errForeign):
		return "wrong_account"
	case errors.As(err, &status):
		return "http_" + strconv.Itoa(int(status))
	}
	return "other"
}
