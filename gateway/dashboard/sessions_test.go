package dashboard

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestSession(t *testing.T) {
	s := newSite(t)
	session := s.login(t)
	resp := s.do(t, http.MethodGet, "/dashboard/api/accounts?provider=openai", "", session...)
	if resp.status != http.StatusOK || resp.body != "asked\n" {
		t.Fatalf("HTTP %d %s", resp.status, resp.body)
	}
	got := s.asked[0]
	if got.URL.Path != "/admin/v1/accounts" || got.URL.RawQuery != "provider=openai" || !Authorized(got) || got.Header.Get("Cookie")+got.Header.Get(tokenHeader) != "" {
		t.Errorf("the interface was asked %s with %v", got.URL, got.Header)
	}
}

// The cookie is for this dashboard's paths alone, and no script's.
func TestCookie(t *testing.T) {
	s := newSite(t)
	cookie := s.do(t, http.MethodPost, "/dashboard/session", `{"secret":"`+s.secret(t)+`"}`).cookies[0]
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/dashboard/" || cookie.Domain != "" || cookie.Secure ||
		cookie.MaxAge != 12*60*60 || !strings.HasSuffix(cookie.Name, "_"+port) {
		t.Errorf("cookie %s", cookie.Raw)
	}
}

// A request needs the cookie, the token that other ports of the machine do not get,
// and to come from the page.
func TestRequestsOfOthersAreRefused(t *testing.T) {
	s := newSite(t)
	session, other := s.login(t), s.login(t)
	for name, test := range map[string]struct {
		headers []string
		status  int
	}{
		"nothing":                   {[]string{}, http.StatusUnauthorized},
		"the cookie alone":          {session[:2], http.StatusUnauthorized},
		"the token alone":           {session[2:], http.StatusUnauthorized},
		"another session's token":   {[]string{session[0], session[1], other[2], other[3]}, http.StatusUnauthorized},
		"another port's page":       {append([]string{"Origin", "http://127.0.0.1:1"}, session...), http.StatusForbidden},
		"another site":              {append([]string{"Sec-Fetch-Site", "cross-site"}, session...), http.StatusForbidden},
		"another port":              {append([]string{"Sec-Fetch-Site", "same-site"}, session...), http.StatusForbidden},
		"an address that was typed": {append([]string{"Sec-Fetch-Site", "none"}, session...), http.StatusForbidden},
		"a page over TLS":           {append([]string{"Origin", strings.Replace(s.URL, "http", "https", 1)}, session...), http.StatusForbidden},
	} {
		for _, path := range []string{"/dashboard/api/accounts", "/dashboard/session"} {
			if resp := s.do(t, http.MethodDelete, path, "", test.headers...); resp.status != test.status {
				t.Errorf("%s, %s: HTTP %d, want %d", name, path, resp.status, test.status)
			}
		}
	}
	if len(s.asked) > 0 {
		t.Errorf("the interface was asked %d times", len(s.asked))
	}
	if resp := s.do(t, http.MethodGet, "/dashboard/api/accounts", "", append([]string{"Origin", "", "Sec-Fetch-Site", ""}, session...)...); resp.status != http.StatusOK {
		t.Errorf("a browser that tells less: HTTP %d", resp.status)
	}
}

func TestLoginsOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	secret := s.secret(t)
	for name, test := range map[string]struct {
		body    string
		headers []string
		status  int
	}{
		"another page": {`{"secret":"` + secret + `"}`, []string{"Origin", "http://localhost:3000"}, http.StatusForbidden},
		"a form":       {`{"secret":"` + secret + `"}`, []string{"Content-Type", "text/plain"}, http.StatusForbidden},
		"no JSON":      {`secret`, nil, http.StatusForbidden},
		"too large":    {`{"secret":"` + strings.Repeat("x", maxLogin) + `"}`, nil, http.StatusForbidden},
		"a wrong one":  {`{"secret":"` + secret[1:] + `"}`, nil, http.StatusUnauthorized},
		"none":         {`{}`, nil, http.StatusUnauthorized},
	} {
		resp := s.do(t, http.MethodPost, "/dashboard/session", test.body, test.headers...)
		if resp.status != test.status || len(resp.cookies) > 0 || strings.Contains(resp.body, secret) {
			t.Errorf("%s: HTTP %d %s", name, resp.status, resp.body)
		}
	}
	if resp := s.do(t, http.MethodPost, "/dashboard/session", `{"secret":"`+secret+`"}`); resp.status != http.StatusOK {
		t.Errorf("HTTP %d after others have tried", resp.status)
	}
}

// A stream ends with its session.
func TestStreamsEndWithTheirSession(t *testing.T) {
	for name, end := range map[string]func(*site, []string){
		"logged out": func(s *site, session []string) {
			s.do(t, http.MethodDelete, "/dashboard/session", "", session...)
		},
		"closed": func(s *site, _ []string) { s.dashboard.Close() },
		"too many": func(s *site, _ []string) {
			for range maxSessions {
				s.dashboard.sessions.begin()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			session := s.login(t)
			resp, err := s.Client().Do(s.request(t, http.MethodGet, "/dashboard/api/events", "", session))
			must(t, err)
			defer resp.Body.Close() //nolint:errcheck // it ends by itself
			stream := bufio.NewReader(resp.Body)
			firstLine(t, stream)
			end(s, session)
			if line, err := stream.ReadString('\n'); err == nil {
				t.Errorf("the stream goes on with %q", line)
			}
			if resp := s.do(t, http.MethodGet, "/dashboard/api/accounts", "", session...); resp.status != http.StatusUnauthorized {
				t.Errorf("HTTP %d after its end", resp.status)
			}
		})
	}
}

func TestSessionsEndByThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all sessions
		cookie, token := all.begin()
		time.Sleep(sessionLife - time.Second)
		if all.find(cookie, token) == nil {
			t.Error("it has ended too early")
		}
		time.Sleep(2 * time.Second)
		if all.find(cookie, token) != nil {
			t.Error("it has not ended")
		}
	})
}
