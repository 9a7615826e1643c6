package answer_test

import (
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

func TestEventName(t *testing.T) {
	for _, test := range []struct{ name, data, want string }{
		{"ping", `{"type":"error"}`, "ping"},
		{"", `{"type":"error"}`, "error"},
		{"", `{"type":"error`, "error"},
		{"", `{"id":"x","type":"error"}`, ""},
		{"", `[DONE]`, ""},
		{"", ``, ""},
	} {
		if got := string(answer.EventName([]byte(test.name), []byte(test.data))); got != test.want {
			t.Errorf("EventName(%q, %s) = %q, want %q", test.name, test.data, got, test.want)
		}
	}
}
