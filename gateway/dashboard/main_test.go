package dashboard

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// site is a dashboard that serves, before an interface that tells what it was asked.
type site struct {
	*httptest.Server

	dashboard *Dashboard
	file      string
	asked     []*http.Request
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{file: filepath.Join(t.TempDir(), FileName)}
	s.dashboard = New(Config{File: s.file, API: s})
	s.Server = httptest.NewServer(s.dashboard)
	t.Cleanup(func() { s.dashboard.Close(); s.Close() })
	must(t, Announce(t.Context(), s.file, s.URL))
	return s
}

// ServeHTTP implements [http.Handler]: /admin/v1/events goes on until its request ends.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked = append(s.asked, r)
	_, _ = io.WriteString(w, "asked\n")
	if r.URL.Path == "/admin/v1/events" {
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
}

// secret is that of a new link.
func (s *site) secret(t *testing.T) string {
	t.Helper()
	link, err := NewLink(t.Context(), s.file)
	must(t, err)
	address, secret, ok := strings.Cut(link, "/#login=")
	if !ok || address != s.URL || len(secret) < 40 {
		t.Fatalf("the link is %q", link)
	}
	return secret
}

// answered is an answer that was read.
type answered struct {
	status  int
	header  http.Header
	cookies []*http.Cookie
	body    string
}

// request is as the page sends it, but for what headers change: pairs of names and
// values, where an empty value removes.
func (s *site) request(t *testing.T, method, path, body string, headers []string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	must(t, err)
	req.Header.Set("Origin", s.URL)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Del(headers[i])
		if headers[i+1] != "" {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	return req
}

func (s *site) do(t *testing.T, method, path, body string, headers ...string) answered {
	t.Helper()
	resp, err := s.Client().Do(s.request(t, method, path, body, headers))
	must(t, err)
	data, err := io.ReadAll(resp.Body)
	must(t, err)
	must(t, resp.Body.Close())
	return answered{resp.StatusCode, resp.Header, resp.Cookies(), string(data)}
}

// login returns the headers of a new session.
func (s *site) login(t *testing.T) []string {
	t.Helper()
	resp := s.do(t, http.MethodPost, "/dashboard/session", `{"secret":"`+s.secret(t)+`"}`)
	_, rest, ok := strings.Cut(resp.body, `"token":"`)
	if resp.status != http.StatusOK || !ok || len(resp.cookies) != 1 {
		t.Fatalf("HTTP %d %s", resp.status, resp.body)
	}
	cookie := resp.cookies[0]
	token, _, _ := strings.Cut(rest, `"`)
	return []string{"Cookie", cookie.Name + "=" + cookie.Value, tokenHeader, token}
}

// firstLine reads no more than that of an answer.
func firstLine(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	line, err := r.ReadString('\n')
	must(t, err)
	return line
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
