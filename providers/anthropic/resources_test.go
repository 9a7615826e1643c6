package anthropic_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/seed-810f1486/multiaccount/internal/jsonscan"
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

// TestMembersSayAllOfABody checks that what is named does not depend on the rest of a
// body.
func TestMembersSayAllOfABody(t *testing.T) {
	p := anthropic.New(anthropic.Options{})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.anthropic.com/v1/messages", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{
		`{"model":"m","messages":[{"role":"user","content":[{"source":{"file_id":"file_1"}},{"source":{"file_id" : "file_2"}}]}]}`,
		`{"container":{"file_ids":["file_3","file_4"]},"messages":[{"content":"say \"file_id\":\"file_5\""}]}`,
		`{"tools":[{"input_schema":{"properties":{"file_id":{"type":"string"}}}}]}`,
	} {
		c := jsonscan.New(body, p.BodyMembers())
		c.Skip()
		if got, want := p.Named(req, c.Seen()), p.Named(req, body); !slices.Equal(got, want) {
			t.Errorf("%s names %q, want %q", body, got, want)
		}
	}
}
