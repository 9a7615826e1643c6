package dashboard_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/gateway/dashboard"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// reader is a program that is logged in as a browser is.
type reader struct {
	http.Client

	url, token string
}

func (p *place) reader(t *testing.T) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	rig.Must(t, err)
	own := &http.Transport{}
	t.Cleanup(own.CloseIdleConnections)
	r := &reader{Client: http.Client{Transport: own, Jar: jar}, url: p.url}
	body := r.send(t, http.MethodPost, "/dashboard/session", `{"secret":`+quote(secretOf(p.link(t)))+`}`)
	r.token = gjson.Get(body, "token").String()
	return r
}

func (r *reader) send(t *testing.T, method, path, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(body))
	rig.Must(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", r.url)
	req.Header.Set("X-Dashboard-Token", r.token)
	resp, err := r.Do(req)
	rig.Must(t, err)
	data, err := io.ReadAll(resp.Body)
	rig.Must(t, err)
	rig.Must(t, resp.Body.Close())
	if resp.StatusCode >= http.StatusBadRequest {
		t.Fatalf("%s %s: HTTP %d %s", method, path, resp.StatusCode, data)
	}
	return string(data)
}

// No token, key or link is on the page, in an answer, in the log, or in a file of
// the dashboard.
func TestNoSecretShows(t *testing.T) {
	p := busy(t)
	link := p.link(t)
	w := newWindow(t)
	w.do(chromedp.Navigate(link))
	w.sees(".account", "work")
	rig.Must(t, p.pool(t, "anthropic").Refresh(t.Context(), p.status(t, "anthropic", "work").ID))
	w.sees(".live .event", "has a new token")
	secrets := []string{providertest.TokenMark, p.token, secretOf(link)}
	check := func(where, text string) {
		t.Helper()
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s has a secret:\n%s", where, text)
			}
		}
	}
	for _, page := range pages() {
		w.turn(page[0], page[1])
		check(page[1], eval[string](w, "document.documentElement.outerHTML"))
	}
	r := p.reader(t)
	for _, path := range []string{"/pools", "/accounts", "/decisions", "/clients", "/usage?by=account", "/usage/series?by=client", "/logins", "/settings", "/health"} {
		check(path, r.send(t, http.MethodGet, "/dashboard/api"+path, ""))
	}
	check("the log", p.log.String())
	file, err := os.ReadFile(filepath.Join(p.dir, dashboard.FileName))
	rig.Must(t, err)
	check("the file of links", string(file))
}

// Who is not logged in gets the page, and no data.
func TestNothingWithoutASession(t *testing.T) {
	p := newPlace(t)
	for path, want := range map[string]int{
		"/": http.StatusOK, "/dashboard/main.js": http.StatusOK, "/dashboard/api/accounts": http.StatusUnauthorized,
		"/dashboard/api/events": http.StatusUnauthorized, "/admin/v1/accounts": http.StatusUnauthorized, "/dashboard/nothing": http.StatusNotFound,
	} {
		if status, _ := p.get(t, http.MethodGet, path, ""); status != want {
			t.Errorf("%s: HTTP %d, want %d", path, status, want)
		}
	}
	if status, _ := p.get(t, http.MethodGet, "/", "evil.example"); status != http.StatusForbidden {
		t.Errorf("another host's page: HTTP %d", status)
	}
	if status, header := p.get(t, http.MethodHead, "/", ""); status != http.StatusOK || header.Get("Content-Security-Policy") != "" {
		t.Errorf("the hello of programs is not the gateway's: HTTP %d", status)
	}
}

// get asks for a path, by the name host if there is one.
func (p *place) get(t *testing.T, method, path, host string) (int, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, p.url+path, nil)
	rig.Must(t, err)
	req.Host = host
	own := &http.Transport{}
	defer own.CloseIdleConnections()
	resp, err := own.RoundTrip(req)
	rig.Must(t, err)
	rig.Must(t, resp.Body.Close())
	return resp.StatusCode, resp.Header
}
