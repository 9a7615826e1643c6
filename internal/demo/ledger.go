package demo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"

	anthropicsdk "github.com/anthropics/anthropic-sdk-go"
	openaisdk "github.com/openai/openai-go/v3"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// ledger counts what the workers met with. Its zero value is not ready; make
// it with newLedger. It is safe for concurrent use.
type ledger struct {
	mu sync.Mutex
	counts
}

// counts is what a ledger holds.
type counts struct {
	requests, streams, cancelled int
	attempts, rotations          int
	// statuses counts all attempts, under "none" those without an answer.
	statuses map[string]int
	failures map[string]*Failure
	// served and limited count by the account's name.
	served, limited map[string]int
	byFlavour       map[providertest.Flavour]int
	latency         histogram
}

// visit is one request, from the worker's side.
type visit struct {
	question
	took  time.Duration
	trace *trace
	err   error
}

func newLedger() *ledger {
	return &ledger{counts: counts{
		statuses: map[string]int{}, failures: map[string]*Failure{},
		served: map[string]int{}, limited: map[string]int{},
		byFlavour: map[providertest.Flavour]int{},
	}}
}

// add counts a request. One that its worker gave up is nobody's failure.
func (l *ledger) add(v visit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if errors.Is(v.err, context.Canceled) {
		l.cancelled++
		return
	}
	l.requests++
	l.byFlavour[v.flavour]++
	l.latency.add(v.took)
	l.addTrace(v.trace)
	if v.stream {
		l.streams++
	}
	if v.err != nil {
		l.fail(v)
		return
	}
	l.served[v.trace.answeredBy()]++
}

func (l *ledger) addTrace(t *trace) {
	l.attempts += len(t.attempts)
	l.rotations += t.rotations()
	for _, a := range t.attempts {
		l.statuses[statusName(a.status)]++
		if a.status == http.StatusTooManyRequests {
			l.limited[a.account]++
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
	f := l.failures[kind]
	if f == nil {
		f = &Failure{Kind: kind, Example: fmt.Sprintf("%s: %v; attempts: %s", v.flavour, v.err, v.trace)}
		l.failures[kind] = f
	}
	f.Count++
}

// copied returns the counts as they are now.
func (l *ledger) copied() counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.counts
	c.statuses, c.served, c.limited = maps.Clone(c.statuses), maps.Clone(c.served), maps.Clone(c.limited)
	c.byFlavour = maps.Clone(c.byFlavour)
	c.failures = make(map[string]*Failure, len(l.failures))
	for kind, f := range l.failures {
		one := *f
		c.failures[kind] = &one
	}
	return c
}

// failed is how many requests ended in an error.
func (c *counts) failed() int {
	n := 0
	for _, f := range c.failures {
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
		claude      *anthropicsdk.Error
		codex       *openaisdk.Error
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
	case errors.As(err, &claude):
		return "http_" + strconv.Itoa(claude.StatusCode)
	case errors.As(err, &codex):
		return "http_" + strconv.Itoa(codex.StatusCode)
	}
	return "other"
}
