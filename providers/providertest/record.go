package providertest

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"time"
)

// AccountHeader is the header of an answer that names the account whose
// credentials came with the request.
const AccountHeader = "X-Providertest-Account"

// Call is the record of one request, made before its answer's first byte.
type Call struct {
	// At is when the request came, by the server's clock.
	At       time.Time
	Flavour  Flavour
	Endpoint Endpoint
	Method   string
	Path     string
	// Account is the name of the account whose credentials came, valid or
	// not; empty when they are nobody's.
	Account string
	// Status is 0 for an answer that never gets as far as a status.
	Status int
	// Model is the one the request named.
	Model string
	// Streamed says that the request asked for server-sent events.
	Streamed bool
	// Headers are the names of the headers that authenticate and that came,
	// in canonical form. Their values are never kept.
	Headers []string
}

// Stats are a server's counters since its start. Requests counts every
// request to a known path; maps have no entry for what never happened.
type Stats struct {
	Requests   int
	ByEndpoint map[Endpoint]int
	// ByStatus has the key 0 for answers without a status.
	ByStatus map[int]int
	// ByAccount counts generation requests by the account whose credentials
	// came, whatever the answer.
	ByAccount map[string]int
	// Served counts generation requests answered with a 2xx status.
	Served map[string]int
	// PeakInFlight is the most generation requests at once, by account.
	PeakInFlight map[string]int
	// Refreshes counts refresh tokens that were exchanged for new ones.
	Refreshes int
	// RefreshesByAccount is Refreshes by account.
	RefreshesByAccount map[string]int
	// PeakTokenRequests is the most requests at once to the token endpoint.
	PeakTokenRequests int
	// RefreshTokensSpentTwice counts exchanges that presented a refresh token
	// already spent, each of which revokes the tokens of its login.
	RefreshTokensSpentTwice int
	// RefreshTokensSpentThrice counts those of them that presented the token
	// for the third time, or a later one.
	RefreshTokensSpentThrice int
}

const defaultMaxCalls = 10_000

// record is guarded by Server.mu.
type record struct {
	calls    []Call // a ring once it is full
	next     int
	limit    int
	stats    Stats
	inFlight map[string]int
	atTokens int
}

func newRecord(limit int) record {
	return record{
		limit:    orElse(limit, defaultMaxCalls),
		inFlight: map[string]int{},
		stats: Stats{
			ByEndpoint: map[Endpoint]int{}, ByStatus: map[int]int{},
			ByAccount: map[string]int{}, Served: map[string]int{},
			PeakInFlight: map[string]int{}, RefreshesByAccount: map[string]int{},
		},
	}
}

// Calls returns the requests recorded, oldest first, at most
// [Options.MaxCalls] of them.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &s.record
	calls := make([]Call, 0, len(r.calls))
	calls = append(calls, r.calls[r.next:]...)
	return append(calls, r.calls[:r.next]...)
}

// WaitCalls returns when n requests have been recorded since the server's
// start, forgotten ones included. It returns an error that wraps ctx's when
// that ends first. A request whose client went away is recorded when the
// server notices, a little later than the client.
func (s *Server) WaitCalls(ctx context.Context, n int) error {
	if err := s.recorded.wait(ctx, n); err != nil {
		return fmt.Errorf("waiting for %d requests, %d came: %w", n, s.recorded.count(), err)
	}
	return nil
}

// Stats returns a copy of the counters.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.record.stats
	st.ByEndpoint = maps.Clone(st.ByEndpoint)
	st.ByStatus = maps.Clone(st.ByStatus)
	st.ByAccount = maps.Clone(st.ByAccount)
	st.Served = maps.Clone(st.Served)
	st.PeakInFlight = maps.Clone(st.PeakInFlight)
	st.RefreshesByAccount = maps.Clone(st.RefreshesByAccount)
	return st
}

func (s *Server) recordCall(x *exchange, status int) {
	call := Call{
		At: x.now, Flavour: x.flavour, Endpoint: x.endpoint,
		Method: x.r.Method, Path: x.r.URL.Path,
		Account: x.account(), Status: status,
		Model: x.model, Streamed: x.stream, Headers: authHeaders(x.r.Header),
	}
	s.mu.Lock()
	s.record.add(call)
	s.mu.Unlock()
	s.recorded.add()
}

func (r *record) add(call Call) {
	r.count(call)
	if len(r.calls) < r.limit {
		r.calls = append(r.calls, call)
		return
	}
	r.calls[r.next] = call
	r.next = (r.next + 1) % r.limit
}

func (r *record) count(call Call) {
	r.stats.Requests++
	r.stats.ByEndpoint[call.Endpoint]++
	r.stats.ByStatus[call.Status]++
	if call.Endpoint != Generation || call.Account == "" {
		return
	}
	r.stats.ByAccount[call.Account]++
	if call.Status >= 200 && call.Status < 300 {
		r.stats.Served[call.Account]++
	}
}

// authHeaders returns which headers of a request took part in its
// authentication.
func authHeaders(h http.Header) []string {
	var names []string
	for _, name := range [...]string{"Authorization", "X-Api-Key", "Anthropic-Beta", "Chatgpt-Account-Id"} {
		if len(h[name]) > 0 {
			names = append(names, name)
		}
	}
	return names
}

func (x *exchange) account() string {
	if x.acct == nil {
		return ""
	}
	return x.acct.name
}

// enter counts the exchange as in flight, once it is known whose it is.
func (x *exchange) enter() {
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	x.entered = true
	r := &x.srv.record
	if x.endpoint == Token {
		r.atTokens++
		r.stats.PeakTokenRequests = max(r.stats.PeakTokenRequests, r.atTokens)
		return
	}
	name := x.acct.name
	r.inFlight[name]++
	r.stats.PeakInFlight[name] = max(r.stats.PeakInFlight[name], r.inFlight[name])
}

// leave ends what enter began. More calls than one change nothing.
func (x *exchange) leave() {
	if !x.entered {
		return
	}
	x.entered = false
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	if x.endpoint == Token {
		x.srv.record.atTokens--
		return
	}
	x.srv.record.inFlight[x.acct.name]--
}
