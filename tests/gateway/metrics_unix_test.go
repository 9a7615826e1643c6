//go:build unix

package gateway_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// get asks an address as a program that sends no token does.
func get(t *testing.T, url, host string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	rig.Must(t, err)
	req.Host = host
	own := &http.Transport{}
	defer own.CloseIdleConnections()
	resp, err := (&http.Client{Transport: own}).Do(req)
	rig.Must(t, err)
	text, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	rig.Must(t, err)
	return resp.StatusCode, string(text)
}

// Prometheus has an address of its own, which clients' addresses say nothing of.
func TestServeTellsPrometheus(t *testing.T) {
	h := newHome(t)
	spare := h.srv.AddAccount(providertest.Account{Email: "spare@example.com"})
	eng := rig.Open(t, multiaccount.Config{Dir: h.dir, Providers: rig.Providers(h.srv)})
	rig.Add(t, rig.Pool(t, eng, "anthropic"), rig.OAuth(spare))
	rig.Close(t, eng)
	p, hello, in := h.greeted(t, "--stdin-exit", "--metrics-listen", "127.0.0.1:0")
	h.account.Next(providertest.Limited())
	for range 3 {
		if a := p.ask(t); a.status != http.StatusOK {
			t.Fatalf("HTTP %d %s", a.status, a.body)
		}
	}
	if a := p.send(t, ask("/anthropic/v1/messages", messagesBody, "Authorization", "Bearer wrong")); a.status != http.StatusUnauthorized {
		t.Errorf("a wrong token: HTTP %d", a.status)
	}
	status, text := get(t, hello.Metrics, "")
	for _, want := range []string{
		`multiaccount_requests_total{code="200",provider="anthropic"} 3`,
		`multiaccount_requests_total{code="401",provider="none"} 1`,
		`multiaccount_rotations_total{provider="anthropic"} 1`,
		`multiaccount_attempts_total{class="limited",provider="anthropic"} 1`,
		`multiaccount_attempts_total{class="success",provider="anthropic"} 3`,
		`multiaccount_first_byte_seconds_count{provider="anthropic"} 3`,
		`multiaccount_accounts{provider="anthropic",state="ready"} 2`,
		`multiaccount_build_info{`,
		`go_goroutines`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s in HTTP %d %s", want, status, text)
		}
	}
	if strings.Contains(text, "example.com") || strings.Contains(text, p.token) {
		t.Error("somebody is named")
	}
	if status, _ := get(t, hello.Metrics, "evil.example"); status != http.StatusForbidden {
		t.Errorf("by another name: HTTP %d", status)
	}
	if status, _ := get(t, p.url+"/metrics", ""); status != http.StatusUnauthorized {
		t.Errorf("at the clients' address: HTTP %d", status)
	}
	rig.Must(t, in.Close())
	p.ends(t)
}

func TestServeRefusesOpenMetrics(t *testing.T) {
	h := newHome(t)
	h.refuses(t, 2, "asks for no token", "--metrics-listen", "0.0.0.0:0")
	h.refuses(t, 2, "is no address", "--metrics-listen", "9464")
	p := h.start(t)
	h.refuses(t, 1, "listen elsewhere with --metrics-listen", "--metrics-listen", p.address)
	p.end(t)
}
