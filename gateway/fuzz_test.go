package gateway

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

// fuzzed is a gateway of three providers.
func fuzzed(tb testing.TB) *Gateway {
	tb.Helper()
	eng, err := multiaccount.Open(tb.Context(), multiaccount.Config{Store: persistence.NewMemory(), Providers: []providers.Provider{
		anthropic.New(anthropic.Options{}), openai.New(openai.Options{}), apikey.New(apikey.Options{Name: "zai", BaseURL: "https://z.example/api/v4"}),
	}})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = eng.Close(tb.Context()) })
	g, err := New(Config{Engine: eng, Clients: Tokens{}})
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

// FuzzRoute checks that whatever a path is, it leads below the provider's base or
// nowhere, however often it is decoded on its way.
func FuzzRoute(f *testing.F) {
	for _, seed := range []string{
		"/anthropic/v1/messages?beta=true", "/codex/responses", "/openai/v1/x", "/v1/models", "/zai/..%2fx", "/zai/%2e%2e/x", "//zai/x",
		"/zai/%252e%252e%252fx", "/%7aai/x", "/zai/;/..;/x", "/zai/x%00", "/zai/\\..\\x", "/openai/v1", "/zai", "/zai/?#", "/zai/x?a#b",
	} {
		f.Add(seed)
	}
	g := fuzzed(f)
	f.Fuzz(func(t *testing.T, target string) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return
		}
		r := &http.Request{Method: http.MethodPost, URL: u, Header: http.Header{}}
		if checkPath(r) != nil {
			return
		}
		to := g.routeOf(r)
		if to.upstream == nil {
			return
		}
		sent := *u
		to.setURL(&sent)
		again, err := url.Parse(sent.String())
		if err != nil {
			t.Fatalf("%q is sent to %q: %v", target, sent.String(), err)
		}
		if again.Host != to.base.Host || again.Scheme != to.base.Scheme || again.User != nil || again.RawQuery != u.RawQuery {
			t.Errorf("%q is sent to %q", target, again)
		}
		clean := again.JoinPath() // as a server that cleans paths reads it
		if !strings.HasPrefix(clean.Path+"/", to.base.Path+"/") || !strings.HasPrefix(again.Path+"/", to.base.Path+"/") {
			t.Errorf("%q leaves %q: %q", target, to.base, clean)
		}
	})
}

// FuzzHeaders checks that nothing of the client's own reaches an account, wherever
// it stands.
func FuzzHeaders(f *testing.F) {
	f.Add("Authorization", "x, secret", "Connection", "keep-alive")
	f.Add("Connection", "Authorization", "X-Api-Key", "secret")
	f.Add("x-api-key ", "secret", "COOKIE", "secret")
	f.Fuzz(func(t *testing.T, name, value, other, more string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Add(name, value)
		r.Header.Add(other, more)
		r.Header.Set("Authorization", "Bearer secret")
		r.Header.Set("Cookie", "secret")
		for which, h := range map[string]http.Header{"a request": r.Header.Clone(), "a handshake": handshakeHeader(r.Header, "mag_token")} {
			cleanHeader(h, "mag_token")
			for _, name := range private {
				if len(h[name]) > 0 {
					t.Errorf("%s has %s", which, name)
				}
			}
			if len(h["Accept-Encoding"]) != 1 || h["Accept-Encoding"][0] != "identity" {
				t.Errorf("%s accepts %q", which, h["Accept-Encoding"])
			}
		}
		if h := handshakeHeader(r.Header, "mag_token"); len(h["Connection"])+len(h["Upgrade"])+len(h["Sec-Websocket-Key"]) > 0 {
			t.Errorf("a handshake has %v", h)
		}
		_ = tokensOf(r.Header)
		_ = newGuard(nil).check(r)
		_ = askerOf(r)
	})
}

// FuzzClients checks that no list of clients lets in the empty token, and that one
// that is read is written as it was.
func FuzzClients(f *testing.F) {
	f.Add([]byte(`{"version":1,"clients":[{"id":"a","token_sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}]}`))
	f.Add([]byte(`{"version":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := decodeClients(data)
		if err != nil {
			return
		}
		file := &ClientFile{}
		file.use(list)
		if file.Client("") != nil {
			t.Error("no token is a token")
		}
	})
}
