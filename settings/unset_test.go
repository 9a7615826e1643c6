package settings

import (
	"strings"
	"testing"
)

// Unset undoes Set, whatever stands around.
func TestUnsetUndoesSet(t *testing.T) {
	for _, before := range []string{"{\n}\n", "{}", "{\"debug\": true}", "{\n  // c\n  \"debug\": true, // d\n}\n", "{ \"providers\": {\"openai\": {}} }", "// head\n{\n  \"debug\": true\n  // tail\n}\n"} {
		for _, key := range []string{"max_wait_ms", "providers.openai.max_wait_ms", "providers.other.name.base_url"} {
			value := "7"
			if strings.HasSuffix(key, "url") {
				value = "https://a.example"
			}
			set, err := Set("", []byte(before), key, value)
			if err != nil {
				t.Fatal(err)
			}
			after, err := Unset("", set, key)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(after), value) || strings.Count(string(after), "//") != strings.Count(before, "//") {
				t.Errorf("%q with %s was %q, and without it is %q", before, key, set, after)
			}
			if err := Check("", after); err != nil {
				t.Errorf("%q without %s is wrong: %v", set, key, err)
			}
		}
	}
}
