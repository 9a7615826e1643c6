package agents_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

const geminiName = "gemini"

func gemini() agent {
	return agent{
		name: "Gemini CLI", program: "gemini", flavour: geminiName,
		setUp: func(t *testing.T, p *place, wrapped bool) (args, env []string) {
			t.Helper()
			p.write(t, ".gemini/settings.json", `{"security": {"auth": {"selectedType": "gemini-api-key"}}, "privacy": {"usageStatisticsEnabled": false}, "general": {"enableAutoUpdate": false}}`)
			args, env = []string{"-m", "gemini-3-pro", "--approval-mode", "yolo", "-p"}, []string{"GEMINI_CLI_TRUST_WORKSPACE=true"}
			if wrapped {
				return args, env
			}
			return args, append(env, "GOOGLE_GEMINI_BASE_URL="+p.url("/gemini"), "GEMINI_API_KEY="+p.gate.Token)
		},
	}
}

// google plays Google's API, for accounts with keys.
type google struct {
	*place

	mu      sync.Mutex
	turns   []turn
	refused time.Time
	// limited are the accounts without quota; limits are limited once they have
	// answered with the call of a tool.
	limited, limits []string
}

func newGoogle(t *testing.T) *google {
	t.Helper()
	g := &google{}
	g.place = &place{
		preparation: prepared(t), flavour: geminiName, mind: &mind{agent: gemini(), command: "echo done > " + madeByTool},
		state: t.TempDir(), home: t.TempDir(), folder: t.TempDir(),
	}
	srv := httptest.NewServer(g)
	t.Cleanup(srv.Close)
	rig.Must(t, os.WriteFile(filepath.Join(g.state, "settings.jsonc"), fmt.Appendf(nil, `{"providers": {"gemini": {"base_url": %q}}}`, srv.URL), 0o600))
	eng := rig.Open(t, multiaccount.Config{Dir: g.state, Providers: []providers.Provider{apikey.New(apikey.Options{Name: geminiName, BaseURL: srv.URL})}})
	for _, name := range []string{"work", "spare"} {
		rig.Add(t, rig.Pool(t, eng, geminiName), multiaccount.NewAccount{Label: name, APIKey: "key-of-" + name})
	}
	rig.Close(t, eng)
	g.gate = g.startGateway(t)
	return g
}

// ServeHTTP implements [http.Handler].
func (g *google) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	account := strings.TrimPrefix(r.Header.Get("X-Goog-Api-Key"), "key-of-")
	body, _ := io.ReadAll(r.Body) // what came
	if slices.Contains(g.limited, account) {
		g.refused = time.Now()
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"error":{"code":429,"message":"Quota exceeded.","status":"RESOURCE_EXHAUSTED"}}`)
		return
	}
	k := g.mind.kindOf([][]byte{body})
	g.turns = append(g.turns, turn{account: account, kind: k})
	said := providertest.Said{Text: "Served by " + account + "."}
	switch k {
	case calls:
		said = providertest.Said{Tools: []providertest.ToolCall{toolCall("run_shell_command", map[string]any{"command": g.mind.command, "description": "Runs a command"})}}
		g.limited = append(g.limited, g.limits...)
	case follows:
		said.Text = "Finished by " + account + "."
	default:
	}
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = fmt.Fprintf(w, "data: %s\r\n\r\n", geminiAnswer(said))
}

func geminiAnswer(said providertest.Said) []byte {
	parts := []any{}
	if said.Text != "" {
		parts = append(parts, map[string]any{"text": said.Text})
	}
	for _, call := range said.Tools {
		parts = append(parts, map[string]any{"functionCall": map[string]any{"name": call.Name, "args": json.RawMessage(call.Input)}})
	}
	answer, err := json.Marshal(map[string]any{
		"candidates":    []any{map[string]any{"content": map[string]any{"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}},
		"usageMetadata": map[string]any{"promptTokenCount": 10, "candidatesTokenCount": 4, "totalTokenCount": 14}, "modelVersion": "gemini-3-pro",
	})
	if err != nil {
		panic(err) // what was said always encodes
	}
	return answer
}

// geminiRules are the rules that have a meaning for accounts with Google's keys.
func geminiRules() map[string]func(*testing.T, *google) {
	return map[string]func(*testing.T, *google){
		ruleAnswers: func(t *testing.T, g *google) { g.ask(t, "Who are you?").says(t, "Served by work") },
		ruleTool: func(t *testing.T, g *google) {
			g.ask(t, useTool).says(t, "Finished by work")
			g.made(t)
		},
		ruleLimit: func(t *testing.T, g *google) {
			g.limited = []string{"work"}
			g.ask(t, "Who are you?").says(t, "Served by spare")
		},
		ruleMidway: func(t *testing.T, g *google) {
			g.limits = []string{"work"}
			g.ask(t, useTool).says(t, "Finished by spare")
			by(t, "work", 1, g.turns[:1])
			g.made(t)
		},
		ruleStops: func(t *testing.T, g *google) {
			g.limited = []string{"work", "spare"}
			r := g.ask(t, "Who are you?")
			if !strings.Contains(r.out, "All gemini accounts are limited") || r.ended.After(r.stopsBy(g.refused)) {
				t.Errorf("it ended %v after it was refused, and says:\n%s", r.ended.Sub(g.refused), r.out)
			}
		},
	}
}

// testGemini puts these rules to Gemini CLI.
func testGemini(t *testing.T, all *results) {
	own := geminiRules()
	for _, r := range rules() {
		check := own[r.name]
		if check == nil {
			all.put(r.name, gemini().name, none)
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			t.Cleanup(func() { all.put(r.name, gemini().name, outcome(t)) })
			check(t, newGoogle(t))
		})
	}
}
