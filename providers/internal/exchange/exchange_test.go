package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
)

const refreshToken = "rt-Secret/+=&"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server with one handler, and returns an endpoint for it.
func serve(t *testing.T, handle http.HandlerFunc) exchange.Endpoint {
	t.Helper()
	srv := httptest.NewServer(handle)
	t.Cleanup(srv.Close)
	return exchange.Endpoint{
		Provider: "test", URL: srv.URL + "/token", ClientID: "client-1", Client: exchange.Client(nil),
		Terminal: []string{"gone_for_good"},
	}
}

func reply(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func refresh(t *testing.T, e exchange.Endpoint) (account.Grant, error) {
	t.Helper()
	grant, _, err := e.Refresh(t.Context(), account.Credentials{RefreshToken: account.NewSecret(refreshToken)})
	return grant, err
}

func TestRefreshSendsTheForm(t *testing.T) {
	var got *http.Request
	e := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		got = r
		_, _ = io.WriteString(w, `{"access_token":"at"}`)
	})
	if _, err := refresh(t, e); err != nil {
		t.Fatal(err)
	}
	want := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refreshToken}, "client_id": {"client-1"}}
	if got.PostForm.Encode() != want.Encode() || got.URL.RawQuery != "" {
		t.Errorf("form %v and query %q, want %v and none", got.PostForm, got.URL.RawQuery, want)
	}
	if kind := got.Header.Get("Content-Type"); kind != "application/x-www-form-urlencoded" {
		t.Errorf("Content-Type %q", kind)
	}
	if !got.Close {
		t.Error("the connection would be used again")
	}
}

func TestRefreshWithAClientSecret(t *testing.T) {
	for _, basic := range []bool{false, true} {
		var form url.Values
		var user, password string
		e := serve(t, func(w http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm()
			form = r.PostForm
			user, password, _ = r.BasicAuth()
			_, _ = io.WriteString(w, `{"access_token":"at"}`)
		})
		e.ClientSecret, e.Basic = account.NewSecret("s:e cret"), basic
		if _, err := refresh(t, e); err != nil {
			t.Fatal(err)
		}
		inForm := form.Get("client_id") == "client-1" && form.Get("client_secret") == "s:e cret"
		inHeader := user == "client-1" && password == "s%3Ae+cret"
		if inForm == basic || inHeader != basic {
			t.Errorf("basic %v: form %v, user %q, password %q", basic, form, user, password)
		}
	}
}

func TestRefreshReadsTheGrant(t *testing.T) {
	e := serve(t, reply(http.StatusOK, `{"access_token":"at","refresh_token":"rt2","expires_in":3600,"scope":"a b","token_type":"Bearer"}`))
	before := time.Now()
	grant, err := refresh(t, e)
	if err != nil {
		t.Fatal(err)
	}
	if grant.AccessToken.Reveal() != "at" || grant.RefreshToken.Reveal() != "rt2" || strings.Join(grant.Scopes, " ") != "a b" {
		t.Errorf("grant %q %q %q", grant.AccessToken.Reveal(), grant.RefreshToken.Reveal(), grant.Scopes)
	}
	if life := grant.ExpiresAt.Sub(before); life < 3599*time.Second || life > 3600*time.Second+time.Since(before) {
		t.Errorf("the token lives for %v", life)
	}
}

func TestRefreshReadsEveryFormOfExpiry(t *testing.T) {
	for raw, want := range map[string]time.Duration{
		`3600`: time.Hour, `"3600"`: time.Hour, `3600.5`: time.Hour + time.Second/2, `99999999999`: 1e9 * time.Second,
		`null`: 0, `0`: 0, `-5`: 0, `1e308`: 0, `"soon"`: 0, `{}`: 0, `""`: 0,
	} {
		e := serve(t, reply(http.StatusOK, fmt.Sprintf(`{"access_token":"at","expires_in":%s}`, raw)))
		before := time.Now()
		grant, err := refresh(t, e)
		if err != nil {
			t.Fatal(err)
		}
		life := time.Duration(0)
		if !grant.ExpiresAt.IsZero() {
			life = grant.ExpiresAt.Sub(before)
		}
		if life < want || life > want+time.Since(before) {
			t.Errorf("expires_in %s: the token lives for %v, want %v", raw, life, want)
		}
	}
}

func TestRefreshFailures(t *testing.T) {
	for name, c := range map[string]struct {
		handle   http.HandlerFunc
		code     string
		terminal bool
	}{
		"invalid_grant":          {reply(400, `{"error":"invalid_grant","error_description":"d"}`), "invalid_grant", true},
		"unauthorized_client":    {reply(401, `{"error":"unauthorized_client"}`), "unauthorized_client", true},
		"invalid_scope":          {reply(400, `{"error":"invalid_scope"}`), "invalid_scope", true},
		"reused, nested":         {reply(401, `{"error":{"type":"invalid_request_error","code":"refresh_token_reused"}}`), "refresh_token_reused", true},
		"nested by type":         {reply(400, `{"type":"error","error":{"type":"invalid_grant"}}`), "invalid_grant", true},
		"the provider's own":     {reply(400, `{"error":"gone_for_good"}`), "gone_for_good", true},
		"terminal with 200":      {reply(200, `{"error":"invalid_grant"}`), "invalid_grant", true},
		"terminal with 502":      {reply(502, `{"error":"invalid_grant"}`), "invalid_grant", false},
		"invalid_client":         {reply(401, `{"error":"invalid_client"}`), "invalid_client", false},
		"temporarily":            {reply(503, `{"error":"temporarily_unavailable"}`), "temporarily_unavailable", false},
		"bare 400":               {reply(400, ``), "", false},
		"bare 401":               {reply(401, `Unauthorized`), "", false},
		"bare 403":               {reply(403, `<html>invalid_grant</html>`), "", false},
		"captive portal":         {reply(200, `<!DOCTYPE html><title>Sign in</title> invalid_grant`), "", false},
		"empty":                  {reply(200, ``), "", false},
		"garbage":                {reply(200, `{"access_token": "`), "", false},
		"described in the code":  {reply(400, `{"error":"invalid_grant: it has expired","error_description":"d"}`), "invalid_grant", true},
		"called error_code":      {reply(400, `{"code":400,"error_code":"gone_for_good","msg":"m"}`), "gone_for_good", true},
		"behind a mark":          {reply(400, "\xef\xbb\xbf"+`{"error":"invalid_grant"}`), "invalid_grant", true},
		"before a page":          {reply(400, `{"error":"invalid_grant"}<html>`), "invalid_grant", true},
		"behind a page":          {reply(400, `<html>{"error":"invalid_grant"}`), "", false},
		"no access token":        {reply(200, `{"refresh_token":"rt2"}`), "", false},
		"empty access token":     {reply(200, `{"access_token":""}`), "", false},
		"access token no string": {reply(200, `{"access_token":5}`), "", false},
		"access token unfit":     {reply(200, `{"access_token":"a\r\nb"}`), "", false},
		"cut within a token":     {reply(200, `{"access_token":"at","refresh_token":"rt`), "", false},
		"echoes the token":       {reply(400, `{"error":"`+refreshToken+`"}`), "", false},
		"too large":              {reply(200, `{"access_token":"at","pad":"`+strings.Repeat("x", 1<<20)+`"}`), "", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := refresh(t, serve(t, c.handle))
			var refused *providers.RefreshError
			if !errors.As(err, &refused) {
				t.Fatalf("error %v, want a *RefreshError", err)
			}
			if refused.Code != c.code || refused.Terminal != c.terminal || refused.Provider != "test" {
				t.Errorf("got %+v, want code %q, terminal %v", refused, c.code, c.terminal)
			}
			if strings.Contains(err.Error(), "Secret") || strings.Contains(err.Error(), "portal/") {
				t.Errorf("the error leaks: %v", err)
			}
		})
	}
}

func TestRefreshKeepsTheWaitAsked(t *testing.T) {
	e := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "90")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	_, err := refresh(t, e)
	var refused *providers.RefreshError
	if !errors.As(err, &refused) || refused.RetryAfter != 90*time.Second || refused.Status != 429 || refused.Terminal {
		t.Errorf("error %+v, want 429 with 90 s", refused)
	}
}

func TestRefreshFollowsNoRedirect(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		elsewhere := false
		other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere = true }))
		e := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, status) })
		_, err := refresh(t, e)
		other.Close()
		var refused *providers.RefreshError
		if !errors.As(err, &refused) || refused.Status != status || refused.Terminal {
			t.Errorf("%d: error %v", status, err)
		}
		if elsewhere {
			t.Errorf("%d: the form went to another server", status)
		}
	}
}

func TestRefreshWithoutAnAnswer(t *testing.T) {
	secret := "q-Secret"
	for name, at := range map[string]string{
		"refused":       "http://127.0.0.1:1/token?key=" + secret,
		"not a URL":     "http://user:" + secret + "@127.0.0.1:port/?key=" + secret,
		"no scheme":     "127.0.0.1/" + secret,
		"another proto": "ftp://127.0.0.1/" + secret,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := refresh(t, exchange.Endpoint{Provider: "test", URL: at, Client: exchange.Client(nil)})
			var refused *providers.RefreshError
			if !errors.As(err, &refused) || refused.Err == nil || refused.Terminal || refused.Status != 0 {
				t.Fatalf("error %+v, want the transport's", err)
			}
			if text := fmt.Sprintf("%v %+v %s", err, refused.Err, refused.Err); strings.Contains(text, "Secret") {
				t.Errorf("the error leaks: %s", text)
			}
		})
	}
}

func TestRefreshEndsWithItsContext(t *testing.T) {
	arrived := make(chan struct{})
	e := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(arrived)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	_, _, err := e.Refresh(ctx, account.Credentials{RefreshToken: account.NewSecret(refreshToken)})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that the context was cancelled", err)
	}
}

func TestRefreshOfAnAnswerCutShort(t *testing.T) {
	e := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "500")
		_, _ = io.WriteString(w, `{"access_token":"at","expires_in":3600,"refresh_tok`)
	})
	_, err := refresh(t, e)
	var refused *providers.RefreshError
	if !errors.As(err, &refused) || !errors.Is(err, io.ErrUnexpectedEOF) || refused.Terminal {
		t.Errorf("error %v, want a passing one about the end", err)
	}
}

func TestRefreshWithoutARefreshToken(t *testing.T) {
	e := exchange.Endpoint{Provider: "test", Client: exchange.Client(nil)}
	for name, c := range map[string]struct {
		creds    account.Credentials
		terminal bool
	}{
		"login": {account.Credentials{AccessToken: account.NewSecret("at")}, true},
		"key":   {account.Credentials{APIKey: account.NewSecret("key")}, false},
	} {
		_, _, err := e.Refresh(t.Context(), c.creds)
		var refused *providers.RefreshError
		if !errors.As(err, &refused) || refused.Code != exchange.CodeNoRefreshToken || refused.Terminal != c.terminal {
			t.Errorf("%s: error %+v", name, refused)
		}
	}
}

func FuzzRefresh(f *testing.F) {
	f.Add(200, []byte(`{"access_token":"at","expires_in":"3600"}`))
	f.Add(200, []byte("\xef\xbb\xbf"+`{"access_token":"at","refresh_token":"rt","expires_at":1e12} junk`))
	f.Add(200, []byte(`{"access_token":"at","refresh_token":"rt","expires_on":"2026-01-02T03:04:05Z","expires_in":36`))
	f.Add(200, []byte(`{"access_token":"`+token(`{"iat":1,"exp":1e300}`)+`"}`))
	f.Add(400, []byte(`{"error":{"code":"invalid_grant"}}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		e := exchange.Endpoint{Provider: "test", URL: "http://test.example/token"}
		e.Client = exchange.Client(&http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(body)))}, nil
		})})
		grant, err := refresh(t, e)
		if (err == nil) == grant.AccessToken.IsZero() {
			t.Errorf("error %v and access token %q", err, grant.AccessToken.Reveal())
		}
		if end := grant.ExpiresAt; !end.IsZero() && (end.Before(time.Now().Add(-time.Minute)) || end.After(time.Now().Add(2e9*time.Second))) {
			t.Errorf("the token ends at %v", end)
		}
		var refused *providers.RefreshError
		if err != nil && !errors.As(err, &refused) {
			t.Errorf("error %v, want a *RefreshError", err)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
