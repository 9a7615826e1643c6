package settings_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/settings"
)

const goodChains = `{"chains": {
	"claude": [{"pool": "anthropic"}, {"pool": "zai", "models": {"claude-opus-*": "glm-5"}}],
	"openai": [{"pool": "openai"}, {"pool": "groq"}],
}}`

func TestChainsAreRead(t *testing.T) {
	s, err := loadText(t, goodChains)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]settings.Link{
		"claude": {{Pool: "anthropic"}, {Pool: "zai", Models: map[string]string{"claude-opus-*": "glm-5"}}},
		"openai": {{Pool: "openai"}, {Pool: "groq"}},
	}
	if !reflect.DeepEqual(s.Chains, want) || s.Validate() != nil {
		t.Errorf("%+v, %v", s.Chains, s.Validate())
	}
	if changed := settings.Changed(settings.Default(), s); !slices.Equal(changed, []string{"chains"}) {
		t.Errorf("changed: %q", changed)
	}
}

func TestWrongChainsAreRefused(t *testing.T) {
	schema := compiled(t)
	for text, says := range map[string]string{
		`[]`:                              "an object",
		`{"claude": {}}`:                  "a list of pools",
		`{"claude": []}`:                  "has no pools",
		`{"claude": [{}]}`:                "pool 1 has no name of a provider",
		`{"claude": [{"pol": "a"}]}`:      `did you mean "pool"?`,
		`{"claude": [{"pool": 1}]}`:       "a text",
		`{"claude": ["anthropic"]}`:       "an object",
		`{"Claude": [{"pool": "a"}]}`:     "lower-case letters",
		`{"codex": [{"pool": "openai"}]}`: "is the path of something else",
		`{"c": [{"pool": "a"}, {"pool": "b"}, {"pool": "a"}]}`:                        "names the pool a as number 1 and again as number 3",
		`{"c": [{"pool": "anthropic"}, {"pool": "openai"}]}`:                          "different wire formats",
		`{"anthropic": [{"pool": "zai"}]}`:                                            "let it begin with anthropic",
		`{"anthropic": [{"pool": "zai"}, {"pool": "anthropic"}]}`:                     "let it begin with anthropic",
		`{"zai": [{"pool": "anthropic"}, {"pool": "zai"}]}`:                           "begins with it",
		`{"c": [{"pool": "a", "models": {"": "b"}}]}`:                                 `a pattern "" that is empty`,
		`{"c": [{"pool": "a", "models": {"a b": "b"}}]}`:                              "has spaces",
		`{"c": [{"pool": "a", "models": {"a*": "b*"}}]}`:                              "has to be one name",
		`{"c": [{"pool": "a", "models": {"a*": ""}}]}`:                                "is empty",
		`{"c": [{"pool": "a", "models": {"a*": 7}}]}`:                                 "c.1.models.a*",
		`{"c": [{"pool": "a", "models": ["a"]}]}`:                                     "an object",
		`{"c": [{"pool": "a"}], "c": [{"pool": "b"}]}`:                                "stands twice",
		`{"c": [{"pool": "a", "models": {"a": "` + strings.Repeat("b", 201) + `"}}]}`: "longer than",
	} {
		_, err := loadText(t, `{"chains": `+text+`}`)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "settings.jsonc:1:") {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
		// Rules among the pools of a chain, and names that are taken, are beyond the schema.
		beyond := []string{"again as", "wire formats", "begin", "something else", "stands twice"}
		if !slices.ContainsFunc(beyond, func(part string) bool { return strings.Contains(says, part) }) && validate(t, schema, `{"chains": `+text+`}`) == nil {
			t.Errorf("%s passes the schema", text)
		}
	}
}

func TestSchemaLetsGoodChainsPass(t *testing.T) {
	s, err := loadText(t, goodChains)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"chains": s.Chains})
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(t, compiled(t), string(text)); err != nil {
		t.Error(err)
	}
}

// A chain that was made in code is checked as one of the file is.
func TestChainsOfCodeAreChecked(t *testing.T) {
	s := settings.Default()
	s.Chains = map[string][]settings.Link{"c": nil}
	if err := s.Validate(); err == nil || !strings.Contains(err.Error(), "chains.c") {
		t.Error(err)
	}
}
