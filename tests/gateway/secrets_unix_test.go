//go:build unix

package gateway_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// collected is all that a collector of traces was sent.
type collected struct {
	mu   sync.Mutex
	text strings.Builder
}

func (c *collected) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		body, _ = gzip.NewReader(r.Body)
	}
	text, _ := io.ReadAll(body)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text.Write(text)
}

// What watches a gateway in good order and in trouble tells no secret: neither the
// providers' tokens, nor a client's, nor what was asked, nor whose accounts they are.
func TestWatchingTellsNoSecret(t *testing.T) {
	sent := &collected{}
	collector := httptest.NewServer(sent)
	t.Cleanup(collector.Close)
	h := newHome(t)
	h.environment = []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + collector.URL}
	logFile := filepath.Join(t.TempDir(), "access.log")
	p, hello, in := h.greeted(t, "--stdin-exit", "--metrics-listen", "127.0.0.1:0", "--access-log", logFile)
	said := ""
	requests := 0
	tell := func(key, path string) {
		said += p.send(t, ask(path, messagesBody, "Authorization", "Bearer "+key, "X-Api-Key", key, "Cookie", "cookie-secret",
			"Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "Baggage", "user=baggage-secret")).body
		requests++
	}
	for _, answer := range []providertest.Answer{
		providertest.OK(), providertest.Limited(), providertest.CutMidBody(), providertest.Entitlement(), providertest.Unauthorized(), providertest.Revoked(),
	} {
		h.account.Next(answer)
		tell(p.token, "/anthropic/v1/messages?code=query-secret")
	}
	tell("mag_wrong-token", "/anthropic/v1/messages")
	tell(providertest.TokenMark, "/anthropic/v1/messages?key="+providertest.TokenMark)
	_, text := logged(t, logFile, requests)
	_, figures := get(t, hello.Metrics, "")
	rig.Must(t, in.Close())
	p.ends(t)
	last, err := os.ReadFile(logFile)
	rig.Must(t, err)
	if !strings.Contains(sent.text.String(), "attempt anthropic") || !strings.Contains(figures, `class="unauthorized"`) || len(last) < len(text) {
		t.Error("the life was not as full as it was meant to be")
	}
	for where, told := range map[string]string{"the log": string(last), "the metrics": figures, "the traces": sent.text.String(), "an answer": said} {
		for _, secret := range []string{providertest.TokenMark, p.token, "mag_wrong-token", "-secret", `"hello"`} {
			if strings.Contains(told, secret) {
				t.Errorf("%s tells %q:\n%s", where, secret, told)
			}
		}
		if where != "an answer" && strings.Contains(told, "example.com") {
			t.Errorf("%s names the account's owner:\n%s", where, told)
		}
	}
}

// A list of clients that this user may not read is told in one line.
func TestServeCannotReadItsClients(t *testing.T) {
	if os.Getuid() == 0 {
		t.Log("the superuser reads every file: a folder stands for one that cannot be read")
	}
	h := newHome(t)
	file := filepath.Join(h.dir, "clients.json")
	if os.Getuid() == 0 {
		rig.Must(t, os.Mkdir(file, 0o700))
	} else {
		rig.Must(t, os.WriteFile(file, []byte(`{}`), 0o000))
	}
	cmd := h.command(rig.Deadline(t), "--listen", "127.0.0.1:0")
	text, _ := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 1 || strings.Count(string(text), "\n") != 1 || !strings.Contains(string(text), "the clients of the gateway cannot be read") ||
		!strings.Contains(string(text), "give the file its owner's rights, or move it away, and the next start makes a new token") {
		t.Errorf("status %d: %s", cmd.ProcessState.ExitCode(), text)
	}
}
