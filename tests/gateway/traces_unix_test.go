//go:build unix

package gateway_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// A collector gets the spans, where the environment names one, and no secret.
func TestServeSendsTraces(t *testing.T) {
	got := make(chan string, 100)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- r.URL.Path + string(body)
	}))
	t.Cleanup(collector.Close)
	h := newHome(t)
	h.environment = []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + collector.URL}
	p := h.start(t)
	m := ask("/anthropic/v1/messages?state=query-secret", messagesBody, "Authorization", "Bearer "+p.token, "Cookie", "cookie-secret")
	if a := p.send(t, m); a.status != http.StatusOK {
		t.Fatalf("HTTP %d %s", a.status, a.body)
	}
	p.end(t)
	text := <-got
	for _, want := range []string{"/v1/traces", "POST anthropic", "attempt anthropic", "claude-opus-5", "multiaccount"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
	for _, secret := range []string{"secret", p.token, providertest.TokenMark, "hello", "work@example.com"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in %q", secret, text)
		}
	}
}

// A collector that is not there stops nobody.
func TestServeWithoutItsCollector(t *testing.T) {
	h := newHome(t)
	h.environment = []string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:1/v1/traces"}
	p := h.start(t)
	if a := p.ask(t); a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	p.end(t)
}

// Profiles are to be had on this machine, where that was asked for.
func TestServeTellsProfiles(t *testing.T) {
	h := newHome(t)
	h.refuses(t, 2, "--pprof 0.0.0.0:0 is not on the loopback interface", "--pprof", "0.0.0.0:0", "--insecure-listen")
	p, hello, in := h.greeted(t, "--stdin-exit", "--pprof", "127.0.0.1:0")
	if status, text := get(t, hello.Pprof+"goroutine?debug=1", ""); status != http.StatusOK || !strings.Contains(text, "goroutine profile") {
		t.Errorf("HTTP %d %s", status, text)
	}
	if status, _ := get(t, hello.Pprof, "evil.example"); status != http.StatusForbidden {
		t.Errorf("by another name: HTTP %d", status)
	}
	rig.Must(t, in.Close())
	p.ends(t)
}
