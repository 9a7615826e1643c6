package admin

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
)

// fuzzed is an interface of a pool that asks nobody.
func fuzzed(tb testing.TB) *Admin {
	tb.Helper()
	eng, err := multiaccount.Open(tb.Context(), multiaccount.Config{Store: persistence.NewMemory(), Providers: []providers.Provider{
		apikey.New(apikey.Options{Name: "zai", BaseURL: "http://127.0.0.1:1"}),
	}})
	if err != nil {
		tb.Fatal(err)
	}
	clients, err := gateway.OpenClients(filepath.Join(tb.TempDir(), "clients.json"))
	if err != nil {
		tb.Fatal(err)
	}
	a, err := New(Config{Engine: eng, Clients: clients, Authorize: func(*http.Request) bool { return true }})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { a.Close(); _ = eng.Close(tb.Context()) })
	return a
}

// FuzzRequest checks that whatever is asked is answered: as JSON, and as a problem
// where it is none that is described.
func FuzzRequest(f *testing.F) {
	for _, seed := range [][3]string{
		{"GET", "/accounts?provider=zai", ""},
		{"POST", "/accounts", `{"provider":"zai","api_key":"k"}`},
		{"PATCH", "/accounts/x", `{"label":"\u0000"}`},
		{"POST", "/clients", `{"name":"a","models":["*"],"max_wait_ms":9223372036854775807}`},
		{"PATCH", "/clients/a", `{"accounts":null}`},
		{"DELETE", "/clients/a", ""},
		{"GET", "/usage?since=1d&until=2026-01-01T00:00:00Z", ""},
		{"GET", "/usage/series?step=1m&since=1d", ""},
		{"GET", "/decisions?limit=3", ""},
		{"GET", "/decisions/zai/1-1", ""},
		{"POST", "/logins", `{"provider":"zai","method":"paste"}`},
		{"GET", "/logins/x?wait=0", ""},
		{"PUT", "/settings", `{"document":"{}"}`},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	a := fuzzed(f)
	f.Fuzz(func(t *testing.T, method, target, body string) {
		r, err := http.NewRequestWithContext(t.Context(), method, "http://localhost"+Path+"/"+strings.TrimPrefix(target, "/"), strings.NewReader(body))
		if err != nil || strings.HasSuffix(strings.Trim(r.URL.Path, "/"), "events") {
			return
		}
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		kind := w.Header().Get("Content-Type")
		switch {
		case w.Code >= http.StatusInternalServerError:
			t.Errorf("HTTP %d: %s", w.Code, w.Body)
		case w.Code >= http.StatusBadRequest && kind != "application/problem+json":
			t.Errorf("HTTP %d is %s", w.Code, kind)
		case w.Code < http.StatusBadRequest && w.Body.Len() > 0 && w.Code/100 != 3 && !json.Valid(w.Body.Bytes()):
			t.Errorf("no JSON: %s", w.Body)
		}
	})
}

// FuzzSince checks that whatever a place in the feed is called, what is sent is what
// is kept.
func FuzzSince(f *testing.F) {
	for _, seed := range []string{"", "AAAAAAAA-1", "-1", "AAAAAAAA--9", "AAAAAAAA-99999999999999999999", "-"} {
		f.Add(seed)
	}
	feed := newFeed(func(func(multiaccount.Event)) func() { return func() {} })
	for range feedSize + 10 {
		feed.add(multiaccount.AccountLeft{Occurrence: multiaccount.Occurrence{At: time.Now()}})
	}
	f.Fuzz(func(t *testing.T, id string) {
		for _, id := range []string{id, feed.run + id} {
			from, _ := feed.after(id)
			events, next, _ := feed.since(from)
			if next != feed.next || len(events) > feedSize+1 {
				t.Errorf("%q: %d events from %d to %d", id, len(events), from, next)
			}
			for _, e := range events {
				if len(e.text) == 0 {
					t.Fatalf("%q: an event without text", id)
				}
			}
		}
	})
}
