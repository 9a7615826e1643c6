// Package gateway_test drives the gateway over real HTTP: clients on one side, the
// fake provider, or a server that records what it gets, on the other.
package gateway_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "gateway")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	shared = folder
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(folder) // the system clears its folder as well
		os.Exit(code)
	}))
}

// shared is a folder for what all tests use.
var shared string

// token is that of the only client.
const token = "mag_the-token-of-the-only-client"

// The programs whose way with errors differs.
const (
	claudeCode = "claude-cli/2.1.332 (external, cli)"
	codexCLI   = "codex_exec/0.171.0 (Ubuntu 24.4.0; x86_64) unknown"
	piAgent    = "pi/1.6.0 (linux; node/v22.23.3; x64)"
	openCode   = "opencode/1.18.33 ai-sdk/provider-utils/4.0.1 runtime/bun/1.3.2"
)

// gate is a gateway that serves until the test's end.
type gate struct {
	*gateway.Gateway
	url    string
	engine *multiaccount.Engine
	client *http.Client
}

// serve starts a gateway in front of these providers.
func serve(t *testing.T, all []providers.Provider, change ...func(*gateway.Config)) gate {
	t.Helper()
	eng := rig.Open(t, multiaccount.Config{Providers: all})
	base := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	t.Cleanup(base.CloseIdleConnections)
	c := gateway.Config{
		Engine: eng, Base: base,
		Clients: gateway.Tokens{{Hash: gateway.HashToken(token), Client: gateway.Client{ID: "laptop"}}},
	}
	for _, f := range change {
		f(&c)
	}
	g, err := gateway.New(c)
	rig.Must(t, err)
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = gateway.Server(g)
	srv.Start()
	t.Cleanup(srv.Close)
	own := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	t.Cleanup(own.CloseIdleConnections)
	return gate{Gateway: g, url: srv.URL, engine: eng, client: &http.Client{Transport: own}}
}

// scene is a gateway before the fake provider, with two accounts of each kind.
type scene struct {
	gate
	srv *providertest.Server
	// claude and gpt are accounts of Anthropic and logins of ChatGPT; the first of
	// each is asked first.
	claude, gpt [2]*providertest.AccountHandle
}

func play(t *testing.T, change ...func(*gateway.Config)) scene {
	t.Helper()
	srv := rig.Server(t)
	s := scene{srv: srv, gate: serve(t, fake(srv), change...)}
	for i, name := range []string{"work", "spare"} {
		s.claude[i] = srv.AddAccount(providertest.Account{Flavour: providertest.Anthropic, Email: name + "@example.com"})
		s.gpt[i] = srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Email: name + "@example.org"})
		rig.Add(t, rig.Pool(t, s.engine, "anthropic"), named(rig.OAuth(s.claude[i]), name))
		rig.Add(t, rig.Pool(t, s.engine, "openai"), named(rig.OAuth(s.gpt[i]), name))
	}
	return s
}

func named(a multiaccount.NewAccount, label string) multiaccount.NewAccount {
	a.Label = label
	return a
}

// fake are the providers that srv plays, OpenAI with a place for each kind.
func fake(srv *providertest.Server) []providers.Provider {
	a, o := srv.Endpoints(providertest.Anthropic), srv.Endpoints(providertest.OpenAI)
	return []providers.Provider{
		anthropic.New(anthropic.Options{BaseURL: a.BaseURL, TokenURL: a.TokenURL}),
		openai.New(openai.Options{
			BaseURL: o.BaseURL, TokenURL: o.TokenURL,
			Route: &openai.Route{LoginURL: o.BaseURL, KeyURL: srv.URL + "/v1"},
		}),
		apikey.New(apikey.Options{Name: "zai", BaseURL: srv.URL + "/zai"}),
	}
}

// message is a request that a client sends.
type message struct {
	method, path, body string
	header             http.Header
}

// ask is a POST of JSON with the client's token.
func ask(path, body string, headers ...string) message {
	m := message{method: http.MethodPost, path: path, body: body, header: http.Header{
		"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"},
	}}
	for i := 0; i < len(headers); i += 2 {
		m.header.Set(headers[i], headers[i+1])
	}
	return m
}

func claude(agent string) message {
	return ask("/anthropic/v1/messages?beta=true", messagesBody, "User-Agent", agent, "anthropic-version", "2023-06-01")
}

func gpt(agent string) message { return ask("/codex/responses", responsesBody, "User-Agent", agent) }

const (
	messagesBody  = `{"model":"claude-opus-5","max_tokens":16,"messages":[{"role":"user","content":"hello"}]}`
	responsesBody = `{"model":"gpt-6","store":false,"input":[{"role":"user","content":"hello"}]}`
)

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
	err    error
}

// send sends a message, and reads its answer to the end.
func (g gate) send(t *testing.T, m message) answer {
	t.Helper()
	resp := g.begin(t, t.Context(), m)
	defer resp.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(resp.Body)
	return answer{status: resp.StatusCode, header: resp.Header, body: string(body), err: err}
}

func (g gate) begin(t *testing.T, ctx context.Context, m message) *http.Response { //nolint:revive // ctx is not the test's
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, m.method, g.url+m.path, strings.NewReader(m.body))
	rig.Must(t, err)
	req.Header = m.header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	resp, err := g.client.Do(req)
	rig.Must(t, err)
	return resp
}
