//go:build unix

package gateway_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// logged are the lines of an access log, once there are so many.
func logged(t *testing.T, path string, n int) (lines []map[string]any, text string) {
	t.Helper()
	rig.Until(t, "the lines of the access log", func() bool {
		data, err := os.ReadFile(path)
		text = string(data)
		return err == nil && strings.Count(text, "\n") >= n
	})
	for line := range strings.Lines(text) {
		var fields map[string]any
		rig.Must(t, json.Unmarshal([]byte(line), &fields))
		lines = append(lines, fields)
	}
	return lines, text
}

// Each request is a line, which says nothing that is not to be read.
func TestServeLogsRequests(t *testing.T) {
	h := newHome(t)
	path := filepath.Join(t.TempDir(), "access.log")
	p := h.start(t, "--access-log", path)
	m := ask("/anthropic/v1/messages?beta=true&state=query-secret", messagesBody, "Authorization", "Bearer "+p.token, "Cookie", "cookie-secret")
	if a := p.send(t, m); a.status != http.StatusOK {
		t.Fatalf("HTTP %d %s", a.status, a.body)
	}
	_ = p.send(t, ask("/anthropic/v1/messages", messagesBody, "Authorization", "Bearer token-secret"))
	lines, text := logged(t, path, 2)
	for name, want := range map[string]any{
		"method": "POST", "path": "/anthropic/v1/messages", "status": 200.0, "client": "default", "provider": "anthropic", "model": "claude-opus-5",
		"attempts": 1.0, "complete": true, "remote": "127.0.0.1",
	} {
		if lines[0][name] != want {
			t.Errorf("%s is %v, want %v, in %v", name, lines[0][name], want, lines[0])
		}
	}
	if lines[0]["account"] == "" || lines[0]["duration_ms"].(float64) < lines[0]["first_byte_ms"].(float64) {
		t.Errorf("logged %v", lines[0])
	}
	if lines[1]["status"] != 401.0 || lines[1]["client"] != nil {
		t.Errorf("a wrong token: %v", lines[1])
	}
	if strings.Contains(text, "secret") || strings.Contains(text, p.token) || strings.Contains(text, "hello") {
		t.Errorf("a secret is in %s", text)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	p.end(t)
}

// What cannot be a log is left as it is, and told in one line.
func TestServeRefusesOddLogs(t *testing.T) { //nolint:tparallel // its cases share a home
	h := newHome(t)
	for name, path := range map[string]string{"a folder": t.TempDir(), "a device": os.DevNull, "no folder": filepath.Join(t.TempDir(), "no", "file")} {
		t.Run(name, func(t *testing.T) {
			h.refuses(t, 1, "the access log cannot be written: ", "--access-log", path)
			h.refuses(t, 1, "; name another file with --access-log\n", "--access-log", path)
		})
	}
}
