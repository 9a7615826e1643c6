//go:build unix

package gateway_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// A program that starts serve has a client of its own, which nobody else hears of and
// which ends with that serve, and hears what happens, whoever did it.
func TestServeTellsItsStarter(t *testing.T) {
	h := newHome(t)
	p, hello, in := h.greeted(t, "--stdin-exit", "--client", "opencode", "--events")
	if a := p.ask(t); a.status != http.StatusOK {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
	if _, err := os.Stat(filepath.Join(h.dir, "clients.json")); !os.IsNotExist(err) {
		t.Errorf("clients are stored, or %v", err)
	}
	disable := exec.CommandContext(rig.Deadline(t), h.program, "accounts", "disable", "work@example.com")
	disable.Env = append(os.Environ(), "MULTIACCOUNT_DIR="+h.dir)
	if text, err := disable.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	for told := ""; told != "account_switched"; {
		line, err := p.lines.ReadBytes('\n')
		rig.Must(t, err)
		var event struct{ Event, Label string }
		rig.Must(t, json.Unmarshal(line, &event))
		told = event.Event
		if told == "account_switched" && event.Label != "work@example.com" {
			t.Errorf("it says %s", line)
		}
	}
	rig.Must(t, in.Close())
	p.ends(t)
	again, _, in := h.greeted(t, "--stdin-exit", "--client", "opencode")
	own := again.token
	again.token = hello.Token
	if a := again.ask(t); a.status != http.StatusUnauthorized || own == hello.Token {
		t.Errorf("the token of before gets HTTP %d", a.status)
	}
	rig.Must(t, in.Close())
	again.ends(t)
}

func TestServeRefusesWhatItsStarterCannotMean(t *testing.T) {
	h := newHome(t)
	for want, args := range map[string][]string{
		"go with --handshake": {"--events"},
		"is no name":          {"--handshake", "--client", "a/b"},
	} {
		text, err := h.command(rig.Deadline(t), append(args, "--listen", "127.0.0.1:0")...).CombinedOutput()
		if err == nil || !strings.Contains(string(text), want) {
			t.Errorf("%v: %v, %s", args, err, text)
		}
	}
}
