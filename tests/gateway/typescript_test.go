package gateway_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/npm"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// fromNPM is set by the caller alone.
var fromNPM = flag.Bool("npm", false, "install the clients for TypeScript from npm, into .cache, and run them")

// typeScript are the official clients for TypeScript.
type typeScript struct{ folder string }

func newTypeScript(t *testing.T) typeScript {
	t.Helper()
	if !*fromNPM {
		t.Skip("the clients for TypeScript are not installed: go test ./tests/gateway -run TypeScript -args -npm")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("there is no node here")
	}
	folder, err := filepath.Abs("../../.cache/sdks")
	rig.Must(t, err)
	if err := npm.Install(t.Context(), folder, "@anthropic-ai/sdk@1.14.0", "openai@7.59.0"); err != nil {
		t.Skip(err)
	}
	return typeScript{folder}
}

// said is what the script prints.
type said struct {
	Text    string
	Status  int
	Message string
}

func (ts typeScript) ask(t *testing.T, g gate, use string) (s said) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "node", "testdata/sdk.cjs", ts.folder, g.url, token, use).CombinedOutput()
	if err == nil {
		err = json.Unmarshal(out, &s)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return s
}

func typeScriptUses() []string {
	return []string{"messages", "messages streamed", "responses", "codex responses streamed"}
}

// The official clients for TypeScript are served, and do not notice a limit of the
// first account.
func TestTypeScriptClients(t *testing.T) {
	ts := newTypeScript(t)
	for _, use := range typeScriptUses() {
		t.Run(use, func(t *testing.T) {
			s := play(t)
			s.claude[0].Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
			s.gpt[0].Next(providertest.Limited(providertest.ResetsIn(time.Hour)))
			if got := ts.ask(t, s.gate, use); !strings.HasPrefix(got.Text, "Served by spare@example") {
				t.Errorf("%+v", got)
			}
		})
	}
}

// Chats are for API keys.
func TestTypeScriptChats(t *testing.T) {
	ts := newTypeScript(t)
	for _, use := range []string{"chat", "chat streamed"} {
		t.Run(use, func(t *testing.T) {
			s := play(t)
			key := s.srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Email: "key@example.org"})
			rig.Add(t, rig.Pool(t, s.engine, "openai"), rig.Key(key))
			if got := ts.ask(t, s.gate, use); got.Text != "Served by key@example.org." {
				t.Errorf("%+v", got)
			}
		})
	}
}

// When all accounts are limited they stop at once, with a message that says so.
func TestTypeScriptClientsStop(t *testing.T) {
	ts := newTypeScript(t)
	for _, use := range typeScriptUses() {
		t.Run(use, func(t *testing.T) {
			s := play(t)
			s.limit(2 * time.Hour)
			began := time.Now()
			got := ts.ask(t, s.gate, use)
			if took := time.Since(began); got.Status != http.StatusTooManyRequests || !strings.Contains(got.Message, "accounts are limited") || took > 5*time.Second {
				t.Errorf("after %v: %+v", took, got)
			}
		})
	}
}
