package roundtrip

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/providers"
)

// Outcome is the result of an attempt, before the provider has read it.
type Outcome struct {
	// Status is the HTTP status; 0 when no answer came.
	Status int
	// Header is the answer's; without it limits are not seen.
	Header http.Header
	// Body is the beginning of an error's body.
	Body []byte
	// Err is why no answer came.
	Err error
}

// Verdict asks the provider what an outcome means.
func (s *Sender) Verdict(leased *messages.TokenLeased, model string, o Outcome) account.Verdict {
	v := s.classify(leased, model, o)
	v.Model = model
	return v
}

func (s *Sender) classify(leased *messages.TokenLeased, model string, o Outcome) account.Verdict {
	switch {
	case errors.Is(o.Err, context.Canceled), errors.Is(o.Err, context.DeadlineExceeded):
		return account.Verdict{Class: account.ClassCancelled}
	case o.Err != nil || o.Status == 0:
		return account.Verdict{Class: account.ClassNetwork}
	case o.Header == nil && o.Status < http.StatusBadRequest:
		return account.Verdict{Status: o.Status}
	}
	return s.Provider.Classify(providers.Answer{
		Status: o.Status, Header: o.Header, Body: o.Body,
		Kind: leased.Credential.Kind, Model: model, Now: time.Now(),
	})
}

// reportOf returns a report for a lease, without a verdict.
func reportOf(leased *messages.TokenLeased) messages.ReportOutcome {
	return messages.ReportOutcome{Generation: leased.Generation, LeasedAt: leased.LeasedAt}
}

// hasNews reports whether the account should be told of the answer now. A plain
// success can wait for the end of its body, which saves a message; a stream may
// take long.
func (a *attempt) hasNews() bool {
	v := &a.report.Verdict
	streams := a.resp.ContentLength < 0 || a.resp.StatusCode == http.StatusSwitchingProtocols
	return v.Class != account.ClassSuccess || v.Usage != nil || v.Limits != nil || streams
}

// saysMoreThan reports whether the answer tells the caller more than err, the
// reason why no other account serves. A limit does not, since err lists the
// limits of all accounts, unless no account is worth waiting for.
func (a *attempt) saysMoreThan(err error) bool {
	if a.resp == nil && a.err == nil {
		return false
	}
	switch a.report.Verdict.Class {
	case account.ClassLimited:
		var refused *messages.RefusalError
		return a.resp.StatusCode != http.StatusTooManyRequests && errors.As(err, &refused) && refused.NeedsOwners()
	case account.ClassRevoked:
		return false
	default:
		return true
	}
}
