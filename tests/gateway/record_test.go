package gateway_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// recorded is what a provider got.
type recorded struct {
	method, target, host, body string
	header                     http.Header
	length                     int64
}

// upstream records what comes, behind a gateway with an account of each provider.
type upstream struct {
	gate
	mu  sync.Mutex
	got []recorded
	// reply answers; nil answers with an empty object.
	reply http.HandlerFunc
}

func record(t *testing.T, change ...func(*gateway.Config)) *upstream {
	t.Helper()
	u := &upstream{}
	srv := httptest.NewServer(u)
	t.Cleanup(srv.Close)
	u.gate = serve(t, []providers.Provider{
		anthropic.New(anthropic.Options{BaseURL: srv.URL + "/a"}),
		openai.New(openai.Options{BaseURL: srv.URL + "/codex", Route: &openai.Route{LoginURL: srv.URL + "/codex", KeyURL: srv.URL + "/api/v1"}}),
		apikey.New(apikey.Options{Name: "zai", BaseURL: srv.URL + "/z/"}),
	}, change...)
	rig.Add(t, rig.Pool(t, u.engine, "anthropic"), multiaccount.NewAccount{Label: "a", AccessToken: "login-of-a"})
	rig.Add(t, rig.Pool(t, u.engine, "openai"), multiaccount.NewAccount{Label: "o", AccessToken: "login-of-o", Subject: "workspace"})
	rig.Add(t, rig.Pool(t, u.engine, "openai"), multiaccount.NewAccount{Label: "k", APIKey: "key-of-k"})
	rig.Add(t, rig.Pool(t, u.engine, "zai"), multiaccount.NewAccount{Label: "z", APIKey: "key-of-z"})
	return u
}

// ServeHTTP implements [http.Handler].
func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // what came is recorded
	u.mu.Lock()
	u.got = append(u.got, recorded{
		method: r.Method, target: r.RequestURI, host: r.Host, body: string(body), header: r.Header.Clone(), length: r.ContentLength,
	})
	u.mu.Unlock()
	if u.reply != nil {
		u.reply(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, "{}")
}

func (u *upstream) all() []recorded {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.got)
}

// last returns the latest request, of which there must be one.
func (u *upstream) last(t *testing.T) recorded {
	t.Helper()
	all := u.all()
	if len(all) == 0 {
		t.Fatal("nothing reached the provider")
	}
	return all[len(all)-1]
}
