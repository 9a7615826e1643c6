package login_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client returns one that keeps no connection and follows no redirect.
func client() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// fake starts a provider with one account, whose owner sits at the browser.
func fake(t *testing.T, f providertest.Flavour) (*providertest.Server, *providertest.AccountHandle) {
	t.Helper()
	srv := providertest.New(providertest.Options{})
	t.Cleanup(srv.Close)
	owner := srv.AddAccount(providertest.Account{Flavour: f, Email: "ada@example.com"})
	return srv, owner
}

func newAnthropic(srv *providertest.Server) *anthropic.Provider {
	at := srv.Endpoints(providertest.Anthropic)
	return anthropic.New(anthropic.Options{
		BaseURL: at.BaseURL, TokenURL: at.TokenURL, AuthorizeURL: at.AuthorizeURL,
		UsageURL: at.UsageURL, ProfileURL: at.ProfileURL, HTTPClient: client(),
	})
}

func newOpenAI(srv *providertest.Server) *openai.Provider {
	at := srv.Endpoints(providertest.OpenAI)
	return openai.New(openai.Options{
		BaseURL: at.BaseURL, TokenURL: at.TokenURL, AuthorizeURL: at.AuthorizeURL,
		DeviceURL: at.DeviceURL, UsageURL: at.UsageURL, HTTPClient: client(),
	})
}

// approve is the owner at the provider's page: it returns where the browser is
// sent back to.
func approve(t *testing.T, address string) *url.URL {
	t.Helper()
	resp, err := client().Get(address)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// visit is the browser at an address; host, when set, is what it calls it.
func visit(t *testing.T, method, address, host string) (status int, header http.Header, body string) {
	t.Helper()
	req, err := http.NewRequest(method, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	resp, err := client().Do(req)
	if err != nil {
		return 0, nil, err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, resp.Header, string(page)
}

// running is a login by browser under way.
type running struct {
	address string
	ended   chan error
	grant   account.Grant
}

func start(ctx context.Context, t *testing.T, p *anthropic.Provider) *running {
	t.Helper()
	r, shown := &running{ended: make(chan error, 1)}, make(chan string, 1)
	go func() {
		grant, err := login.Browser(ctx, p, func(address string) error { shown <- address; return nil })
		r.grant = grant
		r.ended <- err
	}()
	select {
	case r.address = <-shown:
	case err := <-r.ended:
		t.Fatal(err)
	}
	return r
}

func redirectOf(t *testing.T, address string) *url.URL {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	back, err := url.Parse(at.Query().Get("redirect_uri"))
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// with returns an address with other parameters.
func with(at *url.URL, pairs ...string) string {
	changed, query := *at, at.Query()
	for i := 0; i < len(pairs); i += 2 {
		query.Del(pairs[i])
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	changed.RawQuery = query.Encode()
	return changed.String()
}

func hasNoSecret(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, providertest.TokenMark) {
		t.Errorf("a secret shows in %q", text)
	}
}
