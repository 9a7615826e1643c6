package gateway_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// observed is one exchange as a tap saw it.
type observed struct {
	*gateway.Exchange
	status   int
	body     strings.Builder
	ended    int
	complete bool
}

func (o *observed) Answered(status int, _ http.Header) { o.status = status }
func (o *observed) Passed(piece []byte)                { o.body.Write(piece) }
func (o *observed) Ended(complete bool)                { o.ended++; o.complete = complete }

// observer keeps what it is told.
type observer struct {
	mu  sync.Mutex
	all []*observed
}

func (o *observer) observe(c *gateway.Config) {
	c.Observe = func(e *gateway.Exchange) gateway.Tap {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.all = append(o.all, &observed{Exchange: e})
		return o.all[len(o.all)-1]
	}
}

func (o *observed) summary() string {
	return fmt.Sprintf("%s %s %s: %s, %d attempts, account %v, HTTP %d, ended %d, complete %v",
		o.Client.ID, o.Provider, o.Path, o.Model, o.Attempts, o.AccountID != "", o.status, o.ended, o.complete)
}

// Who watches sees each exchange with its account, and its answer pass.
func TestObserve(t *testing.T) {
	o := &observer{}
	s := play(t, o.observe)
	s.claude[0].Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
	whole := s.send(t, streamed(claude(claudeCode)))
	s.claude[1].Next(providertest.CutMidBody())
	_ = s.send(t, claude(claudeCode))
	s.claude[1].Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
	_ = s.send(t, claude(claudeCode))
	_ = s.send(t, ask("/anthropic/v1/messages", messagesBody, "Authorization", "Bearer wrong"))
	var got []string
	for _, e := range o.all {
		got = append(got, e.summary())
	}
	const path = "laptop anthropic /anthropic/v1/messages: claude-opus-5, "
	want := []string{
		path + "2 attempts, account true, HTTP 200, ended 1, complete true",
		path + "1 attempts, account true, HTTP 200, ended 1, complete false",
		path + "1 attempts, account true, HTTP 429, ended 1, complete true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("saw\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if body := o.all[0].body.String(); body != whole.body {
		t.Errorf("saw %q pass, and the client %q", body, whole.body)
	}
}

// A WebSocket is one exchange, whose tap sees the provider's messages.
func TestObserveSocket(t *testing.T) {
	o := &observer{}
	s := serveSockets(t, o.observe)
	c := s.connect(t)
	_, _ = c.ask(t, "")
	_ = c.conn.CloseNow()
	rig.Must(t, s.Drain(rig.Deadline(t))) // until it has ended
	e := o.all[0]
	if got := e.summary(); got != "laptop openai /codex/responses: gpt-6, 1 attempts, account true, HTTP 101, ended 1, complete true" || !e.WebSocket {
		t.Errorf("saw %s", got)
	}
	if e.body.String() != created+byA+completed {
		t.Errorf("saw %s", e.body.String())
	}
}

// A client has no more requests under way than it may.
func TestInFlight(t *testing.T) {
	s := play(t, func(c *gateway.Config) {
		c.Clients = gateway.Tokens{{Hash: gateway.HashToken(token), Client: gateway.Client{ID: "laptop", MaxInFlight: 1}}}
	})
	gate := providertest.NewGate()
	s.claude[0].Next(providertest.OK().Behind(gate))
	first := make(chan answer)
	go func() { first <- s.send(t, claude(claudeCode)) }()
	if err := gate.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if a := s.send(t, claude(claudeCode)); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" || !strings.Contains(a.body, "laptop") {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	gate.Release()
	if a := <-first; a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	if a := s.send(t, claude(claudeCode)); a.status != http.StatusOK {
		t.Errorf("then HTTP %d %s", a.status, a.body)
	}
}
