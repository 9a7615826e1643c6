// Package roundtrip sends one request with the accounts of a pool. It reads what
// the request needs, gets an account for it, sends it and asks the provider what
// the answer means. It tries again, or with another account, while that can help.
//
// The files, in the order in which a request passes through them:
//
//	sender.go        the entry
//	criteria.go      what the request needs: body.go, body_fields.go, first_message.go, conversation.go
//	request.go       the one loop that tries accounts, and how it ends
//	search.go        which account is next
//	attempt.go       one try
//	outcome.go       its outcome
//	hold.go          a stream that is held back: stream*.go, opening.go, ahead.go
//	leased_body.go   an answer that is passed on, until its end: resource.go
//	message.go       a message of an upgraded connection
package roundtrip

import (
	"context"
	"net/http"
	"sync"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors"
	"github.com/seed-810f1486/multiaccount/internal/guard"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/settings"
)

// Sender sends requests with the accounts of one pool. All exported fields are
// required, and do not change. It is safe for concurrent use.
type Sender struct {
	Accounts *actors.Pool
	Provider *guard.Provider
	// Settings returns the pool's current settings.
	Settings func() *settings.Settings
	// Ask writes what the host asks for, by the context of a request, into an empty
	// policy.Request.
	Ask func(context.Context, *policy.Request)
	// Refused turns the error for a request that no account serves into the one
	// for its caller.
	Refused func(err error, host string) error
	// Tried gets each attempt before its answer is passed on.
	Tried func(context.Context, Attempt)
	// requests are those that have ended, to be used again: see request.end.
	requests sync.Pool
}

// Attempt is one try of a request, as [Sender].Tried gets it.
type Attempt struct {
	AccountID string
	// Rebound is set once an attempt used another account than the conversation
	// had.
	Rebound bool
	// Decision is the number of the decision for the account.
	Decision uint64
	// Status is the HTTP status; 0 when no answer came.
	Status int
	Class  account.Class
	Next   policy.Step
	// Model is what the request asks for; empty when not known.
	Model string
	// Leased is the account's lease, valid while Tried runs.
	Leased *messages.TokenLeased
}

// RoundTrip sends a request to the provider's own hosts through base.
func (s *Sender) RoundTrip(base http.RoundTripper, req *http.Request) (*http.Response, error) {
	settings := s.Settings()
	r := s.begin(base, req)
	r.passed = &passed{}
	r.read(settings.AffinityByAgent)
	if s.Provider.Hosts != nil {
		r.search.ask.Kind = s.Provider.Hosts.KindFor(req.URL)
	}
	r.plan = policy.NewRetryPlan(s.Accounts.Size(r.search.ask.Kind), settings.MaxAttempts, settings.MaxWait, Replayable(req))
	resp, err := r.run()
	r.end()
	return resp, err
}

// Conversation returns the key of the conversation to which a request belongs, as
// [Sender.RoundTrip] reads it; empty when it belongs to none.
func (s *Sender) Conversation(req *http.Request) string {
	r := s.begin(nil, req)
	r.read(s.Settings().AffinityByAgent)
	key := r.search.ask.Affinity
	r.end()
	return key
}

// Lease returns an account with a fresh token. The errors are those of
// [actors.Pool.Select].
func (s *Sender) Lease(ctx context.Context, criteria *policy.Request) (messages.TokenLeased, error) {
	r := s.begin(nil, nil)
	defer r.end()
	r.search.ask.Request, r.search.pin = *criteria, criteria.Pin
	for {
		leased, again, err := r.search.next(ctx, s.Accounts)
		if !again {
			return *leased, err
		}
	}
}
