package multiaccount_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/settings"
)

// TestAffinityByAgent checks that the setting decides, for its provider too.
func TestAffinityByAgent(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		h, s := &twoHosts{}, quiet()
		pool, _ := openMixed(t, h, openai.Options{}, s, "sk-1")
		if a, b := askAs(t, pool, h, "a"), askAs(t, pool, h, "b"); a == b {
			t.Error("two agents are one conversation")
		}
		s.Providers = map[string]settings.Override{"openai": {AffinityByAgent: new(false)}}
		pool, _ = openMixed(t, h, openai.Options{}, s, "sk-1")
		if a, b := askAs(t, pool, h, "a"), askAs(t, pool, h, "b"); a != b {
			t.Error("two agents are two conversations")
		}
	})
}

// askAs sends a request of an agent, and returns what stands for its conversation.
func askAs(t *testing.T, pool *multiaccount.Pool, h *twoHosts, agent string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, apiURL, strings.NewReader(`{"model":"m","input":"hello"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Session-Id", "session")
	req.Header.Set("Thread-Id", agent)
	resp, err := pool.Transport(h).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	all, err := pool.Decisions(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return all[len(all)-1].Conversation
}
