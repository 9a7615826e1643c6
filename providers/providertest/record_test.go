package providertest_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func TestCallsAreRecorded(t *testing.T) {
	srv, accts := pair(t)
	a, o := accts[providertest.Anthropic], accts[providertest.OpenAI]
	c := client(t)
	do(t, c, ask(t, srv, a, question))
	do(t, c, ask(t, srv, o, streamQuestion))
	do(t, c, post(t, srv.URL+"/v1/messages", question))
	refresh(t, srv, a, a.RefreshToken())

	calls := srv.Calls()
	want := []providertest.Call{
		{
			Flavour: providertest.Anthropic, Method: "POST", Path: "/v1/messages", Account: a.Name(), Status: 200,
			Model: "model-1", Headers: []string{"Authorization", "Anthropic-Beta"},
		},
		{
			Flavour: providertest.OpenAI, Method: "POST", Path: "/backend-api/codex/responses", Account: o.Name(), Status: 200,
			Model: "model-1", Streamed: true, Headers: []string{"Authorization", "Chatgpt-Account-Id"},
		},
		{Flavour: providertest.Anthropic, Method: "POST", Path: "/v1/messages", Status: 401, Model: "model-1"},
		{
			Flavour: providertest.Anthropic, Endpoint: providertest.Token, Method: "POST", Path: "/v1/oauth/token",
			Account: a.Name(), Status: 200,
		},
	}
	if len(calls) != len(want) {
		t.Fatalf("%d calls, want %d", len(calls), len(want))
	}
	for i := range want {
		want[i].At = newClock().Now()
		if !slices.Equal(calls[i].Headers, want[i].Headers) {
			t.Errorf("call %d: headers %v", i, calls[i].Headers)
		}
		calls[i].Headers, want[i].Headers = nil, nil
		if got := calls[i]; got.At != want[i].At || got.Endpoint != want[i].Endpoint || got.Path != want[i].Path ||
			got.Method != want[i].Method || got.Account != want[i].Account || got.Status != want[i].Status ||
			got.Model != want[i].Model || got.Streamed != want[i].Streamed || got.Flavour != want[i].Flavour {
			t.Errorf("call %d: %+v, want %+v", i, got, want[i])
		}
	}
}

func TestStats(t *testing.T) {
	srv, accts := pair(t)
	a, o := accts[providertest.Anthropic], accts[providertest.OpenAI]
	c := client(t)
	a.Next(providertest.OK(), providertest.Limited())
	for range 2 {
		do(t, c, ask(t, srv, a, question))
	}
	do(t, c, ask(t, srv, o, question))
	do(t, c, post(t, srv.URL+"/v1/messages", question))
	do(t, c, authorize(get(t, srv.Endpoints(providertest.Anthropic).UsageURL), a))
	refresh(t, srv, a, a.RefreshToken())

	st := srv.Stats()
	if st.Requests != 6 || st.ByStatus[200] != 4 || st.ByStatus[429] != 1 || st.ByStatus[401] != 1 {
		t.Errorf("requests %d, by status %v", st.Requests, st.ByStatus)
	}
	if st.ByAccount[a.Name()] != 2 || st.Served[a.Name()] != 1 || st.ByAccount[o.Name()] != 1 || len(st.ByAccount) != 2 {
		t.Errorf("by account %v, served %v", st.ByAccount, st.Served)
	}
	if st.ByEndpoint[providertest.Generation] != 4 || st.ByEndpoint[providertest.Usage] != 1 || st.ByEndpoint[providertest.Token] != 1 {
		t.Errorf("by endpoint %v", st.ByEndpoint)
	}
	if st.PeakInFlight[a.Name()] != 1 || st.PeakTokenRequests != 1 {
		t.Errorf("peaks %v, %d", st.PeakInFlight, st.PeakTokenRequests)
	}
	st.ByAccount[a.Name()] = 100
	if srv.Stats().ByAccount[a.Name()] != 2 {
		t.Error("the copy shares its maps with the server")
	}
}

func TestPeakInFlight(t *testing.T) {
	srv, accts := pair(t)
	acct := accts[providertest.Anthropic]
	gate := providertest.NewGate()
	acct.Next(slices.Repeat([]providertest.Answer{providertest.OK().Behind(gate)}, 3)...)
	c := client(t)
	var clients sync.WaitGroup
	for range 3 {
		req := ask(t, srv, acct, question)
		clients.Go(func() {
			if _, err := try(c, req); err != nil {
				t.Error(err)
			}
		})
	}
	if err := gate.Wait(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	gate.Release()
	clients.Wait()
	// One after another: a client that has read an answer is not in flight.
	for range 20 {
		do(t, c, ask(t, srv, acct, streamQuestion))
	}
	if peak := srv.Stats().PeakInFlight[acct.Name()]; peak != 3 {
		t.Errorf("peak %d, want 3", peak)
	}
}

func TestOldCallsAreForgotten(t *testing.T) {
	srv := providertest.New(providertest.Options{MaxCalls: 3})
	t.Cleanup(srv.Close)
	c := client(t)
	for _, path := range []string{"/v1/messages", "/v1/messages", "/v1/messages", "/v1/responses", "/v1/chat/completions"} {
		do(t, c, post(t, srv.URL+path, question))
	}
	calls := srv.Calls()
	if len(calls) != 3 || calls[0].Path != "/v1/messages" || calls[1].Path != "/v1/responses" || calls[2].Path != "/v1/chat/completions" {
		t.Errorf("calls %+v", calls)
	}
	if n := srv.Stats().Requests; n != 5 {
		t.Errorf("%d requests counted", n)
	}
}

func TestAnswersNameTheAccount(t *testing.T) {
	srv, accts := pair(t)
	acct := accts[providertest.OpenAI]
	acct.Next(providertest.OK(), providertest.ServerError())
	for _, status := range []int{http.StatusOK, http.StatusInternalServerError} {
		got := do(t, client(t), ask(t, srv, acct, question))
		if got.status != status || got.header.Get(providertest.AccountHeader) != acct.Name() {
			t.Errorf("%d names %q", got.status, got.header.Get(providertest.AccountHeader))
		}
	}
}

func TestEndpointsPrintAsWords(t *testing.T) {
	if providertest.Generation.String() != "generation" || providertest.Authorize.String() != "authorize" || providertest.Endpoint(99).String() != "unknown" {
		t.Error("unexpected names")
	}
}
