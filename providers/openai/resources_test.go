package openai_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/seed-810f1486/multiaccount/internal/jsonscan"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

// TestMembersSayAllOfABody checks that neither what is named nor whether a resource
// is made depends on the rest of a body.
func TestMembersSayAllOfABody(t *testing.T) {
	p := openai.New(openai.Options{})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.openai.com/v1/responses", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for body, makes := range map[string]bool{
		`{"model":"m","previous_response_id":"resp_1","input":"hi","store":false}`:                             false,
		`{"model":"m","input":[{"content":[{"file_id":"file-1"},{"file_id":"file-2"}]}],"store" : false}`:      false,
		`{"model":"m","tools":[{"container":{"file_ids":["file-3","file-4"]}}],"store":true}`:                  true,
		`{"model":"m","input":"say \"previous_response_id\":\"resp_2\", \"store\":false","instructions":null}`: true,
	} {
		c := jsonscan.New(body, p.BodyMembers())
		c.Skip()
		if got, want := p.Named(req, c.Seen()), p.Named(req, body); !slices.Equal(got, want) {
			t.Errorf("%s names %q, want %q", body, got, want)
		}
		if got := p.Makes(req, c.Seen()); got != makes {
			t.Errorf("%s makes a response: %v", body, got)
		}
	}
}
