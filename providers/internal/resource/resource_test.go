package resource_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/internal/resource"
)

func TestNamed(t *testing.T) {
	for body, want := range map[string][]string{
		"":   nil,
		`{}`: nil,
		`{"previous_response_id":"resp_1","input":"hi"}`:                      {"resp_1"},
		`{"previous_response_id" : "resp_1"}`:                                 {"resp_1"},
		"{\"file_id\"\n:\n\"file-1\"}":                                        {"file-1"},
		`{"input":[{"content":[{"file_id":"file-1"},{"file_id":"file-2"}]}]}`: {"file-1", "file-2"},
		`{"container":{"file_ids":["file-3","file-4"]}}`:                      {"file-3"},
		`{"file_ids":[]}`:                                nil,
		`{"previous_response_id":null}`:                  nil,
		`{"previous_response_id":12}`:                    nil,
		`{"previous_response_id":"resp`:                  nil,
		`{"input":"say \"file_id\":\"file-5\" twice"}`:   nil,
		`{"input":"file_id"}`:                            nil,
		`{"input":["file_id","file-6"]}`:                 nil,
		`{"call_id":"call_1","other_file_id":"file-7"}`:  nil,
		`{"file_id":"a\"b"}`:                             nil,
		`{"file_id":"` + strings.Repeat("x", 201) + `"}`: nil,
	} {
		if got := resource.Named(body, "previous_response_id", "file_id"); !slices.Equal(got, want) {
			t.Errorf("%s names %q, want %q", body, got, want)
		}
	}
}

func TestMade(t *testing.T) {
	for beginning, want := range map[string]string{
		"":                                    "",
		`{"id":"resp_1","object":"response"}`: "resp_1",
		`{"object":"file","id": "file-1"}`:    "file-1",
		`{"id":"msg_1","of":{"id":"resp_2"}}`: "resp_2",
		`{"previous_response_id":"resp_1"}`:   "",
		`{"id":"resp_`:                        "",
		"event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_3\",\"status\":": "resp_3",
	} {
		if got := resource.Made([]byte(beginning), "resp_", "file-"); got != want {
			t.Errorf("%s tells of %q, want %q", beginning, got, want)
		}
	}
}

func TestInPath(t *testing.T) {
	for path, want := range map[string]string{
		"/v1/files": "", "/v1/files/": "", "/v1/files/file-1": "file-1", "/v1/files/file-1/content": "file-1", "/v1/profiles/x": "",
	} {
		if got := resource.InPath(path, "/files/"); got != want {
			t.Errorf("%s names %q, want %q", path, got, want)
		}
	}
}

// Whatever comes, an id is short, whole, and stands in what was read.
func FuzzResource(f *testing.F) {
	f.Add(`{"file_id":"file-1","file_ids":["file-2"]}`)
	f.Add(`{"id":"file-1`)
	f.Fuzz(func(t *testing.T, body string) {
		for _, id := range append(resource.Named(body, "file_id"), resource.Made([]byte(body), "file-")) {
			if id != "" && (len(id) > 200 || strings.ContainsAny(id, `"\`) || !strings.Contains(body, `"`+id+`"`)) {
				t.Errorf("%q tells of %q", body, id)
			}
		}
	})
}
