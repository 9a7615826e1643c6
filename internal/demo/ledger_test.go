package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func TestRotationsAreChangesOfTheAccount(t *testing.T) {
	for want, attempts := range map[int][][]attempt{
		0: {
			nil,
			{{account: "a", status: 200}},
			{{account: "a", status: 401}, {account: "a", status: 200}},
			{{status: 529}, {account: "a", status: 200}},
			{{account: "a", status: 401}, {}, {account: "a", status: 200}},
		},
		1: {
			{{account: "a", status: 429}, {account: "b", status: 200}},
			{{account: "a", status: 429}, {}, {account: "b", status: 200}},
		},
		2: {{{account: "a", status: 429}, {account: "b", status: 429}, {account: "a", status: 200}}},
	} {
		for _, list := range attempts {
			if got := (&trace{attempts: list}).rotations(); got != want {
				t.Errorf("%v: %d rotations, want %d", list, got, want)
			}
		}
	}
}

func TestTraceTellsItsAttempts(t *testing.T) {
	got := (&trace{attempts: []attempt{{account: "a", status: 429}, {status: 503}, {}}}).String()
	if want := "a 429, - 503, - none"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func served(by string) *trace { return &trace{attempts: []attempt{{account: by, status: 200}}} }

func TestLedgerCountsRequests(t *testing.T) {
	l := newLedger()
	claude, codex := question{flavour: providertest.Anthropic, stream: true}, question{flavour: providertest.OpenAI}
	l.add(visit{question: claude, took: time.Millisecond, trace: served("a")})
	l.add(visit{question: codex, took: time.Millisecond, trace: &trace{attempts: []attempt{
		{account: "b", status: http.StatusTooManyRequests}, {}, {account: "c", status: 200},
	}}})
	l.add(visit{question: codex, trace: &trace{}, err: fmt.Errorf("sending: %w", context.Canceled)})
	l.add(visit{question: codex, trace: &trace{}, err: &multiaccount.AllAccountsLimitedError{Provider: "openai"}})

	var s Summary
	c := l.copied()
	s.addCounts(&c)
	if s.Requests != 3 || s.Streams != 1 || s.Cancelled != 1 || s.Failures != 1 {
		t.Errorf("%d requests, %d streams, %d cancelled, %d failures", s.Requests, s.Streams, s.Cancelled, s.Failures)
	}
	if s.Attempts != 4 || s.Rotations != 1 || s.AttemptsByStatus["200"] != 2 || s.AttemptsByStatus["429"] != 1 || s.AttemptsByStatus["none"] != 1 {
		t.Errorf("%d attempts (%v), %d rotations", s.Attempts, s.AttemptsByStatus, s.Rotations)
	}
	if c.Served["a"] != 1 || c.Served["b"] != 0 || c.Served["c"] != 1 || c.Limited["b"] != 1 {
		t.Errorf("served %v, limited %v", c.Served, c.Limited)
	}
	if s.ByProvider["anthropic"] != 1 || s.ByProvider["openai"] != 2 {
		t.Errorf("by provider: %v", s.ByProvider)
	}
	if len(s.FailuresByKind) != 1 || s.FailuresByKind[0].Kind != "all_limited" || !strings.Contains(s.FailuresByKind[0].Example, "openai") {
		t.Errorf("failures %+v", s.FailuresByKind)
	}
}

func TestCopiedCountsDoNotChange(t *testing.T) {
	l := newLedger()
	failed := visit{question: question{flavour: providertest.OpenAI}, trace: served("a"), err: errUnfinished}
	l.add(failed)
	before := l.copied()
	l.add(failed)
	l.add(visit{question: failed.question, trace: served("a")})
	if before.failed() != 1 || before.Served["a"] != 0 || before.Statuses["200"] != 1 {
		t.Errorf("the copy went on counting: %d failures, %v, %v", before.failed(), before.Served, before.Statuses)
	}
}

func TestKindsOfFailures(t *testing.T) {
	sent := func(err error) error { return &url.Error{Op: "Post", URL: "http://127.0.0.1/", Err: err} }
	for want, err := range map[string]error{
		"all_limited":         sent(&multiaccount.AllAccountsLimitedError{}),
		"reauth_required":     sent(&multiaccount.ReauthRequiredError{}),
		"account_unavailable": sent(&multiaccount.AccountUnavailableError{}),
		"no_accounts":         sent(multiaccount.ErrNoAccounts),
		"closed":              sent(multiaccount.ErrClosed),
		"timeout":             sent(context.DeadlineExceeded),
		"unfinished":          errUnfinished,
		"wrong_account":       errForeign,
		"http_529":            statusError(529),
		"other":               sent(errors.New("connection reset")),
	} {
		if got := kindOf(err); got != want {
			t.Errorf("%T is of the kind %s, want %s", err, got, want)
		}
	}
}
