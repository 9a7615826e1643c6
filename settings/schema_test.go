package settings_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/seed-810f1486/multiaccount/settings"
)

// compiled returns the schema as an editor would use it.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(settings.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("settings.json", document); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("settings.json")
}

func validate(t *testing.T, s *jsonschema.Schema, content string) error {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(content)))
	if err != nil {
		t.Fatalf("%s: %v", content, err)
	}
	return s.Validate(document)
}

// Every default passes, and so does everything the documentation shows.
func TestSchemaLetsGoodSettingsPass(t *testing.T) {
	s := compiled(t)
	all := "{"
	for _, k := range settings.Keys() {
		if !k.ProviderOnly {
			all += fmt.Sprintf("%q: %s,", k.Name, k.Default)
		}
	}
	for _, content := range []string{
		"{}", all + `"providers": {}}`, `{"$schema": "x", "providers": {"my-ai_2.0": {"debug": true}}}`,
		`{"on_event": ["notify-send", "", "ü"]}`,
		`{"providers": {"openai": {"base_url": "https://api.example:8443/v1?a=b%20c", "client_id": "app_1"}}}`,
		`{"providers": {"openai": {"base_url": "http://127.0.0.1:8080", "token_url": "http://[::1]:1/t", "usage_url": "http://localhost"}}}`,
	} {
		if err := validate(t, s, content); err != nil {
			t.Errorf("%s: %v", content, err)
		}
		if _, err := load(t, content); err != nil {
			t.Errorf("%s: %v", content, err)
		}
	}
}

// What the loader refuses the schema refuses, whatever stands where.
func TestSchemaRefusesWhatTheLoaderRefuses(t *testing.T) {
	s, general := compiled(t), []string{"no_such_key", "providers", "$schema"}
	for _, k := range settings.Keys() {
		general = append(general, k.Name)
	}
	value := rapid.Custom(func(t *rapid.T) any {
		return rapid.OneOf(
			rapid.Just[any](nil), rapid.Map(rapid.Bool(), toAny), rapid.Map(rapid.IntRange(-2, 200), toAny),
			rapid.Map(rapid.Int64(), toAny), rapid.Map(rapid.Uint64(), toAny), rapid.Map(rapid.SampledFrom([]float64{0.5, -0.1, 1e300}), toAny), rapid.Map(rapid.String(), toAny),
			rapid.Map(rapid.SampledFrom([]string{
				"sticky", "hybrid", "Sticky", "https://a.example", "https://", "https://a#b", "http://a.example", "http://127.0.0.1",
				"http://127.0.0.256", "https://u:p@a.example", "https://a.example/%zz", "https://a.example:x", "client", "a b", "",
			}), toAny),
			rapid.Map(rapid.StringMatching(`https?://[a-z0-9.\[\]:@%#/?-]{0,12}`), toAny),
			rapid.Map(rapid.SliceOfN(rapid.OneOf(rapid.Map(rapid.StringN(0, 3, 9), toAny), rapid.Map(rapid.Int(), toAny)), 0, 3), toAny),
			rapid.Map(rapid.Just(map[string]int{}), toAny),
		).Draw(t, "value")
	})
	object := rapid.MapOfN(rapid.SampledFrom(general), value, 0, 3)
	rapid.Check(t, func(r *rapid.T) {
		content := object.Draw(r, "general")
		if rapid.Bool().Draw(r, "nested") {
			name := rapid.OneOf(rapid.SampledFrom([]string{"openai", "..", "A", "a b", ""}), rapid.StringN(0, 4, 8)).Draw(r, "name")
			content["providers"] = map[string]any{name: object.Draw(r, "provider")}
		}
		text, err := json.Marshal(content)
		if err != nil {
			r.Fatal(err)
		}
		_, refused := load(t, string(text))
		if refused != nil && validate(t, s, string(text)) == nil {
			r.Errorf("%s\npasses the schema, but: %v", text, refused)
		}
	})
}

func toAny[T any](v T) any { return v }
