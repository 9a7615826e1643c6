//go:build unix

package gateway_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// clients runs a command about clients.
func (h home) clients(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(rig.Deadline(t), h.program, append([]string{"clients"}, args...)...)
	cmd.Env = append(os.Environ(), "MULTIACCOUNT_DIR="+h.dir)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("clients %v: %v", args, err)
	}
	return string(out)
}

// add adds a client, and returns its token.
func (h home) add(t *testing.T, name string, args ...string) string {
	t.Helper()
	var added struct{ Token string }
	rig.Must(t, json.Unmarshal([]byte(h.clients(t, append([]string{"add", name, "--json"}, args...)...)), &added))
	return added.Token
}

// until asks with a token until the answer has that status.
func (p process) until(t *testing.T, token string, status int) answer {
	t.Helper()
	var a answer
	rig.Until(t, fmt.Sprintf("HTTP %d", status), func() bool {
		a = p.send(t, ask("/anthropic/v1/messages", messagesBody, "Authorization", "Bearer "+token))
		return a.status == status
	})
	return a
}

// A serve that runs takes over clients that are added and removed.
func TestServeFollowsItsClients(t *testing.T) {
	h := newHome(t)
	p := h.start(t)
	laptop := h.add(t, "laptop")
	p.until(t, laptop, http.StatusOK)
	other := h.add(t, "other", "--providers", "openai")
	if a := p.until(t, other, http.StatusForbidden); !strings.Contains(a.body, "the client other may not use anthropic") {
		t.Errorf("%s", a.body)
	}
	h.clients(t, "remove", "laptop", "--yes")
	p.until(t, laptop, http.StatusUnauthorized)
	file := filepath.Join(h.dir, "clients.json")
	third := h.add(t, "third")
	p.until(t, third, http.StatusOK)
	rig.Must(t, os.Remove(file))
	p.until(t, third, http.StatusUnauthorized)
	p.until(t, p.token, http.StatusUnauthorized)
	p.end(t)
}
