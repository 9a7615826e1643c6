//go:build unix

package gateway_test

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// adminToken makes an admin token by the command.
func (h home) adminToken(t *testing.T) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), h.program, "admin", "token", "--yes")
	cmd.Env = append(os.Environ(), "MULTIACCOUNT_DIR="+h.dir)
	text, err := cmd.Output()
	rig.Must(t, err)
	_, token, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(token)
}

func manage(method, path, token string) message {
	return message{method: method, path: "/admin/v1" + path, header: http.Header{"Authorization": {"Bearer " + token}}}
}

// A serve that runs is administered with a token that was made meanwhile, tells what
// happens, and does not wait for those who listen when it ends.
func TestServeIsAdministered(t *testing.T) {
	h := newHome(t)
	p := h.start(t)
	token := h.adminToken(t)
	rig.Until(t, "a serve that knows the token", func() bool { return p.send(t, manage("GET", "/health", token)).status == http.StatusOK })
	if a := p.send(t, manage("GET", "/health", p.token)); a.status != http.StatusUnauthorized {
		t.Errorf("a client's token: HTTP %d %s", a.status, a.body)
	}
	a := p.send(t, manage("GET", "/accounts", token))
	_, id, _ := strings.Cut(a.body, `"id":"`)
	id, _, _ = strings.Cut(id, `"`)
	if a.status != http.StatusOK || id == "" {
		t.Fatalf("HTTP %d %s", a.status, a.body)
	}
	stream := p.begin(t, t.Context(), manage("GET", "/events", token))
	defer stream.Body.Close() //nolint:errcheck // read to its end
	if a := p.send(t, manage("POST", "/accounts/"+id+"/disable", token)); a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	if event := awaitLine(stream.Body, "account_switched"); !strings.Contains(event, id) {
		t.Errorf("the event is %q", event)
	}
	if a := p.ask(t); a.status != http.StatusForbidden {
		t.Errorf("without an account: HTTP %d %s", a.status, a.body)
	}
	began := time.Now()
	p.end(t)
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("it took %v to end", took)
	}
	if _, err := io.Copy(io.Discard, stream.Body); err != nil {
		t.Errorf("the stream was cut: %v", err)
	}
}

// awaitLine returns the next line that has this in it, empty when the stream ends before.
func awaitLine(stream io.Reader, what string) string {
	for lines := bufio.NewScanner(stream); lines.Scan(); {
		if strings.Contains(lines.Text(), what) {
			return lines.Text()
		}
	}
	return ""
}
