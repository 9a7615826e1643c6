package providertest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func TestCloseEndsWhatHangs(t *testing.T) {
	before := goleak.IgnoreCurrent()
	srv := providertest.New(providertest.Options{})
	acct := srv.AddAccount(providertest.Account{})
	gate := providertest.NewGate()
	acct.Next(providertest.Hang().Behind(gate), providertest.OK().Behind(gate))
	srv.HoldExchanges(providertest.AfterSpending)

	transport := &http.Transport{}
	c := &http.Client{Transport: transport}
	requests := []*http.Request{
		ask(t, srv, acct, question), ask(t, srv, acct, question),
		refreshForm(t, srv, providertest.Anthropic, acct.RefreshToken()),
	}
	var clients sync.WaitGroup
	for _, req := range requests {
		clients.Go(func() {
			res, err := c.Do(req)
			if err == nil {
				_ = res.Body.Close()
				t.Error("answered by a server that closed")
			}
		})
	}
	if err := gate.Wait(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	srv.Close()
	clients.Wait()
	srv.Close()
	transport.CloseIdleConnections()
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

func TestServersShareNothing(t *testing.T) {
	one, _ := start(t)
	two, _ := start(t)
	acct := one.AddAccount(providertest.Account{})
	req := authorize(post(t, two.URL+"/v1/messages", question), acct)
	if got := do(t, client(t), req); got.status != http.StatusUnauthorized {
		t.Errorf("another server's token got %d", got.status)
	}
	if n := one.Stats().Requests; n != 0 {
		t.Errorf("%d requests counted by the wrong server", n)
	}
}

func TestUnknownPathsAreNotFound(t *testing.T) {
	srv, _ := start(t)
	if got := do(t, client(t), get(t, srv.URL+"/v1/unknown")); got.status != http.StatusNotFound {
		t.Errorf("status %d", got.status)
	}
}

func TestOutage(t *testing.T) {
	srv, _ := start(t)
	a := srv.AddAccount(providertest.Account{})
	o := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI})
	c := client(t)
	srv.StartOutage(providertest.Anthropic, providertest.Overloaded())

	if got := do(t, c, ask(t, srv, a, question)); got.status != 529 || got.text(t, "error", "type") != "overloaded_error" {
		t.Errorf("got %d %s", got.status, got.body)
	}
	if got := refresh(t, srv, a, a.RefreshToken()); got.status != 529 {
		t.Errorf("the token endpoint got %d", got.status)
	}
	if got := do(t, c, ask(t, srv, o, question)); got.status != http.StatusOK {
		t.Errorf("the other flavour got %d", got.status)
	}
	srv.EndOutage(providertest.Anthropic)
	if got := do(t, c, ask(t, srv, a, question)); got.status != http.StatusOK {
		t.Errorf("after the outage: %d", got.status)
	}
	srv.StartOutage(providertest.OpenAI, providertest.Overloaded())
	if got := do(t, c, ask(t, srv, o, question)); got.status != http.StatusServiceUnavailable || got.text(t, "error", "code") != "server_is_overloaded" {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestBodiesThatCannotBeRead(t *testing.T) {
	srv, _ := start(t)
	acct := srv.AddAccount(providertest.Account{})
	c := client(t)
	for name, body := range map[string]string{"not JSON": "{", "no model": `{"messages":[]}`} {
		if got := do(t, c, ask(t, srv, acct, body)); got.status != http.StatusBadRequest || got.text(t, "error", "type") != "invalid_request_error" {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	huge := io.LimitReader(zeros{}, 33<<20)
	req := authorize(post(t, srv.URL+"/v1/messages", ""), acct)
	req.Body, req.ContentLength = io.NopCloser(huge), 33<<20
	res, err := c.Do(req)
	if err != nil {
		return // the server closed the connection while the client still wrote, as real ones do
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("33 MiB got %d", res.StatusCode)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestManyClientsWhileTheTestTurnsKnobs(t *testing.T) {
	srv, clock := start(t)
	accts := make([]*providertest.AccountHandle, 4)
	for i := range accts {
		accts[i] = srv.AddAccount(providertest.Account{Windows: []providertest.Window{{Name: "5h", Limit: 1000}}})
	}
	c := client(t)
	requests := func(acct *providertest.AccountHandle) *http.Request { return ask(t, srv, acct, streamQuestion) }
	var clients sync.WaitGroup
	for i := range 16 {
		clients.Go(func() {
			acct := accts[i%len(accts)]
			for range 20 {
				_, _ = try(c, requests(acct)) // some are cut
			}
		})
	}
	for range 20 {
		accts[0].Next(providertest.Limited(), providertest.Cut())
		accts[1].SetUsed("5h", 10)
		accts[2].Login()
		srv.ResetWindows()
		srv.ExpireAll()
		clock.Add(1)
		_, _ = srv.Calls(), srv.Stats()
		accts[0].Next().Stop()
	}
	clients.Wait()
	if n := srv.Stats().Requests; n != 320 {
		t.Errorf("%d requests counted, want 320", n)
	}
}

func TestGateWaitGivesUpWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := providertest.NewGate().Wait(ctx, 1)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "0 came") {
		t.Errorf("error %v", err)
	}
}
