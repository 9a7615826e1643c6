package anthropic_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/anthropic"
)

// A file belongs to the workspace of who uploaded it: an upload makes one, and
// messages and paths name it.
func TestFilesAreResources(t *testing.T) {
	p := anthropic.New(anthropic.Options{})
	ask := func(method, path string) *http.Request {
		req, err := http.NewRequestWithContext(t.Context(), method, "https://api.anthropic.com"+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		return req
	}
	if !p.Makes(ask(http.MethodPost, "/v1/files"), "") || p.Makes(ask(http.MethodPost, "/v1/messages"), "{}") || p.Makes(ask(http.MethodGet, "/v1/files"), "") {
		t.Error("an upload alone makes a file")
	}
	if made := p.Made([]byte(`{"type":"file","id":"file_011","filename":"a"}`)); made != "file_011" {
		t.Errorf("an upload made %q", made)
	}
	if made := p.Made([]byte(`{"id":"msg_1","type":"message"}`)); made != "" {
		t.Errorf("a message made %q", made)
	}
	body := `{"messages":[{"role":"user","content":[{"type":"document","source":{"type":"file","file_id":"file_011"}}]}]}`
	if named := p.Named(ask(http.MethodPost, "/v1/messages"), body); !slices.Equal(named, []string{"file_011"}) {
		t.Errorf("a message names %q", named)
	}
	if named := p.Named(ask(http.MethodGet, "/v1/files/file_011/content"), ""); !slices.Equal(named, []string{"file_011"}) {
		t.Errorf("a path names %q", named)
	}
}
