package resources_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// upstream keeps responses and files for the account that made them: to all
// others they are not there.
type upstream struct {
	*httptest.Server
	mu sync.Mutex
	// owners are the tokens of who made what.
	owners map[string]string
	// limited is the token that is answered 429, served the tokens in their order.
	limited string
	served  []string
}

func newUpstream(t *testing.T) *upstream {
	t.Helper()
	u := &upstream{owners: map[string]string{}}
	u.Server = httptest.NewServer(u)
	t.Cleanup(u.Close)
	return u
}

func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	var asked struct {
		Previous string `json:"previous_response_id"`
		Stream   bool   `json:"stream"`
		Input    []struct {
			Content []struct {
				FileID string `json:"file_id"`
			} `json:"content"`
		} `json:"input"`
	}
	_ = json.NewDecoder(r.Body).Decode(&asked) // a file is no JSON
	named := asked.Previous
	if len(asked.Input) > 0 && len(asked.Input[0].Content) > 0 {
		named = asked.Input[0].Content[0].FileID
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.served = append(u.served, token)
	switch {
	case token == u.limited:
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusTooManyRequests)
	case named != "" && u.owners[named] != token:
		http.Error(w, `{"error":{"code":"previous_response_not_found","message":"not found"}}`, http.StatusNotFound)
	case strings.HasSuffix(r.URL.Path, "/files"):
		u.answer(w, "application/json", token, `{"object":"file","id":"%s","bytes":12}`, "file-")
	case asked.Stream:
		u.answer(w, "text/event-stream", token, "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"%s\"}}\n\n"+
			"event: response.completed\ndata: {\"type\":\"response.completed\"}\n\n", "resp_")
	default:
		u.answer(w, "application/json", token, `{"id":"%s","object":"response","output":[]}`, "resp_")
	}
}

func (u *upstream) answer(w http.ResponseWriter, kind, token, body, prefix string) {
	id := fmt.Sprint(prefix, len(u.owners))
	u.owners[id] = token
	w.Header().Set("Content-Type", kind)
	_, _ = fmt.Fprintf(w, body, id)
}

// last is the token that was served last.
func (u *upstream) last() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.served[len(u.served)-1]
}

func (u *upstream) limit(token string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.limited = token
}
