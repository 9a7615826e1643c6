package answer_test

import (
	"testing"

	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// step knows two names.
func step(name string) providers.StreamStep {
	switch name {
	case "ping":
		return providers.StreamPreamble
	case "stop":
		return providers.StreamEnd
	}
	return providers.StreamUnknown
}

func TestReadNamed(t *testing.T) {
	for _, test := range []struct {
		name, data, want string
		step             providers.StreamStep
	}{
		{"ping", `{"type":"stop"}`, "ping", providers.StreamPreamble},
		{"", `{"type":"stop"}`, "stop", providers.StreamEnd},
		{"message", `{"type":"stop"}`, "stop", providers.StreamEnd},
		{"", "{ \"id\" : \"x\" ,\n\t\"type\" :\t\"stop\" }", "stop", providers.StreamEnd},
		{"", `{"item":{"type":"ping"},"list":[{"type":"ping"}],"type":"stop"}`, "stop", providers.StreamEnd},
		{"", `{"text":"\"type\":\"ping\"","type":"stop"}`, "stop", providers.StreamEnd},
		{"", `{"t\u0079pe":"st\u006fp"}`, "stop", providers.StreamEnd},
		{"", `{"type":"stop","response":{"instr`, "stop", providers.StreamEnd},
		{"", `{"item":{"type":"stop"}}`, "", providers.StreamUnknown},
		{"", `{"item":{"type":"stop"`, "", providers.StreamUnknown},
		{"", `{"type":7}`, "", providers.StreamUnknown},
		{"", `{"type":"other"}`, "other", providers.StreamUnknown},
		{"other", `{}`, "", providers.StreamUnknown},
		{"", `[DONE]`, "", providers.StreamUnknown},
		{"", ``, "", providers.StreamUnknown},
	} {
		name, got := answer.ReadNamed([]byte(test.name), []byte(test.data), step)
		if name != test.want || got != test.step {
			t.Errorf("%q with %s: %q, %d, want %q, %d", test.name, test.data, name, got, test.want, test.step)
		}
	}
}

func TestHasError(t *testing.T) {
	for data, want := range map[string]bool{
		`{"error":{"code":"x"}}`: true, "{ \"id\":1,\n\"error\" : {} }": true, `{"error":{"code":"x"`: true,
		`{"error":null}`: false, `{"error":"x"}`: false, `{"item":{"error":{}}}`: false, `"error":{}`: false, ``: false,
	} {
		if got := answer.HasError([]byte(data)); got != want {
			t.Errorf("%s: %v", data, got)
		}
	}
}
