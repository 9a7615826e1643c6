package models_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed-810f1486/multiaccount/internal/models"
)

func TestMatches(t *testing.T) {
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"claude-opus-*", "claude-opus-5", true},
		{"claude-opus-*", "claude-opus-", true},
		{"claude-opus-*", "claude-sonnet-5", false},
		{"claude-opus-5", "claude-opus-5", true},
		{"claude-opus-5", "claude-opus-5-fast", false},
		{"*", "", true},
		{"*", "openai/gpt-6", true},
		{"*-mini", "gpt-6-mini", true},
		{"*-mini", "gpt-6-mini-2", false},
		{"gpt-*-mini", "gpt-mini", false},
		{"a*a", "a", false},
		{"a*b*c", "a-b-b-c", true},
		{"a*b*c", "a-c-b", false},
		{"a.c", "abc", false},
		{"[ab]", "a", false},
	} {
		if got := models.Matches(test.pattern, test.name); got != test.want {
			t.Errorf("%q and %q: %v", test.pattern, test.name, got)
		}
	}
}

// path.Match means the same by "*", where there is no slash.
func TestMatchesIsWhatAPathMatchIs(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		pattern, name := rapid.StringMatching(`[ab*]{0,8}`).Draw(r, "pattern"), rapid.StringMatching(`[ab]{0,10}`).Draw(r, "name")
		want, err := path.Match(pattern, name)
		if got := models.Matches(pattern, name); err != nil || got != want {
			r.Errorf("%q and %q: %v, want %v, %v", pattern, name, got, want, err)
		}
	})
}

func TestTheMostSpecificPatternWins(t *testing.T) {
	table := map[string]int{"*": 1, "claude-*": 2, "claude-opus-*": 3, "*-opus-*": 4, "claude-opus-5": 5, "claude-opus-*-fast": 6}
	for name, want := range map[string]int{
		"gpt-6": 1, "claude-haiku-5": 2, "claude-opus-4": 3, "my-opus-1": 4, "claude-opus-5": 5, "claude-opus-4-fast": 6,
	} {
		if got, ok := models.Best(table, name); !ok || got != want {
			t.Errorf("%s: %d", name, got)
		}
	}
	delete(table, "*")
	if _, ok := models.Best(table, "gpt-6"); ok {
		t.Error("nothing stands for gpt-6")
	}
	for range 20 { // a map's order is another each time
		if got, _ := models.Best(map[string]int{"a*": 1, "*a": 2}, "aa"); got != 2 {
			t.Fatalf("of two that are as specific it is %d", got)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, wrong := range []string{"", "a b", "a\n", strings.Repeat("a", 201)} {
		if models.Check(wrong) == nil {
			t.Errorf("%q passes", wrong)
		}
	}
	for _, right := range []string{"*", "claude-opus-*", "openai/gpt-6:free"} {
		if err := models.Check(right); err != nil {
			t.Errorf("%q: %v", right, err)
		}
	}
}

func TestTheModelOfABody(t *testing.T) {
	for body, want := range map[string]string{
		`{"model":"a","messages":[{"model":"b"}]}`:   "a",
		`{"metadata":{"model":"b"}, "model" : "a" }`: "a",
		`{"model":"a\u002db"}`:                       "a-b",
		`{"mod\u0065l":"a"}`:                         "a",
		`{"model":"a","model":"b"}`:                  "a|b",
		`{"model":"a","mod\u0065l":"b"}`:             "a|b",
		`{"model":"models/a"}`:                       "a",
		// Google's counts and batches, Code Assist, Anthropic's batches, realtime sessions.
		`{"generateContentRequest":{"model":"models/a","contents":[]}}`: "a",
		`{"request":{"model":"models/a"},"project":"p"}`:                "a",
		`{"requests":[{"model":"models/a"},{"model":"models/b"}]}`:      "a|b",
		`{"requests":[{"custom_id":"1","params":{"model":"a"}},7]}`:     "a",
		`{"setup":{"model":"models/a"}}`:                                "a",
		`{"type":"session.update","session":{"model":"a"}}`:             "a",
		`{"messages":[{"params":{"model":"b"}}],"model":"a"}`:           "a",
		`{"model":7}`:          "",
		`{"model":null}`:       "",
		`{"model":["a"]}`:      "",
		`{"messages":"model"}`: "",
		`["model","a"]`:        "",
		``:                     "",
		`{"model":"a`:          "",
		`{"messages":[{"content":"\"model\":\"b\""}],
		  "model":"a"}`: "a",
	} {
		if got := strings.Join(models.Read(body).All(), "|"); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	deep := strings.Repeat(`{"request":`, 1000) + `{"model":"a"}` + strings.Repeat(`}`, 1000)
	if all := models.Read(deep).All(); len(all) != 0 {
		t.Errorf("a body without bottom: %q", all)
	}
}

func TestTheModelOfAPath(t *testing.T) {
	for path, want := range map[string]struct{ name, other string }{
		"/v1beta/models/gemini-3-pro:generateContent":                        {"gemini-3-pro", "/v1beta/models/x:generateContent"},
		"/v1beta/models/gemini-3-pro:streamGenerateContent/":                 {"gemini-3-pro", "/v1beta/models/x:streamGenerateContent/"},
		"/v1beta/models/gemini-3-pro%3AgenerateContent":                      {"gemini-3-pro", "/v1beta/models/x:generateContent"},
		"/v1/projects/p/locations/l/publishers/google/models/g-3:rawPredict": {"g-3", "/v1/projects/p/locations/l/publishers/google/models/x:rawPredict"},
		"/v1beta/tunedModels/mine:generateContent":                           {"mine", "/v1beta/tunedModels/x:generateContent"},
		"/model/anthropic.claude-3-v1:0/invoke":                              {"anthropic.claude-3-v1:0", "/model/x/invoke"},
		"/openai/deployments/gpt-6/chat/completions":                         {"gpt-6", "/openai/deployments/x/chat/completions"},
		"/v1/engines/davinci/completions":                                    {"davinci", "/v1/engines/x/completions"},
		"/v1/models/some%2Fgpt-6:free:generateContent":                       {"some/gpt-6:free", "/v1/models/x:generateContent"},
		"/v1/models/a:generateContent/models/b:generateContent":              {"a:generateContent|b", "/v1/models/x/models/x:generateContent"},
		"/v1/messages": {"", "/v1/messages"}, "/v1/models": {"", "/v1/models"}, "/models/": {"", "/models/"}, "": {"", ""}, "/": {"", "/"},
	} {
		u, err := url.Parse("https://host.test" + path + "?alt=sse")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(models.InPath(http.MethodPost, u), "|"); got != want.name {
			t.Errorf("%s: %q, want %q", path, got, want.name)
		}
		if other := models.WithPath(http.MethodPost, u, "x").String(); other != "https://host.test"+want.other+"?alt=sse" {
			t.Errorf("%s with another model is %s, want %s", path, other, want.other)
		}
		if read := models.InPath(http.MethodGet, u); len(read) > 0 {
			t.Errorf("%s: what only reads asks for %q", path, read)
		}
	}
}

// A name with a slash is one part of the path, and is read back.
func FuzzPath(f *testing.F) {
	f.Add("/v1beta/models/gemini-3-pro:generateContent", "openai/gpt-6")
	f.Add("/model/a:0/models/%2F%25/", "a:b?#% \xff")
	f.Add("/deployments/%zz//models/:", "..")
	f.Fuzz(func(t *testing.T, path, name string) {
		u, err := url.Parse("https://host.test" + path)
		if err != nil || name == "" {
			return
		}
		before, changed := models.InPath(http.MethodPost, u), models.WithPath(http.MethodPost, u, name)
		after := models.InPath(http.MethodPost, changed)
		if len(before) != len(after) || strings.Count(u.EscapedPath(), "/") != strings.Count(changed.EscapedPath(), "/") || changed.Host != u.Host {
			t.Fatalf("%q of %s became %q of %s", before, u, after, changed)
		}
	})
}

func TestAnotherModel(t *testing.T) {
	for body, want := range map[string]string{
		"{ \"stream\":true,\n\t\"model\" :\t\"claude-opus-5\" ,\"x\":1.0e+2}": "{ \"stream\":true,\n\t\"model\" :\t\"glm-5\" ,\"x\":1.0e+2}",
		`{"model":"a","z":{"model":"a"},"a":"\u00e9"}`:                        `{"model":"glm-5","z":{"model":"a"},"a":"\u00e9"}`,
		`{"model":"a","model":"b"}`:                                           `{"model":"glm-5","model":"glm-5"}`,
		`{"model":1}`:                                                         `{"model":1}`,
		`{"model":"models/a","contents":[]}`:                                  `{"model":"models/glm-5","contents":[]}`,
		`{"requests":[{"model":"models/a"},{"x":1,"model":"a"}]}`:             `{"requests":[{"model":"models/glm-5"},{"x":1,"model":"glm-5"}]}`,
	} {
		if got := string(models.Read(body).WithModel("glm-5")); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}

// Whatever a body holds beside the model stays byte for byte, and the new name is
// read back.
func TestAnotherModelKeepsTheRest(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		before, after, name := members(r, "before"), members(r, "after"), rapid.String().Draw(r, "name")
		old, _ := json.Marshal(rapid.String().Draw(r, "old"))
		head, tail := "{"+before, after+"}"
		if before != "" {
			head += ","
		}
		head += rapid.SampledFrom([]string{``, ` `, "\n\t"}).Draw(r, "space") + `"model":`
		if after != "" {
			tail = "," + tail
		}
		text := string(models.Read(head + string(old) + tail).WithModel(name))
		if !strings.HasPrefix(text, head) || !strings.HasSuffix(text, tail) {
			r.Fatalf("%s%s%s became %s", head, old, tail, text)
		}
		var told string
		if err := json.Unmarshal([]byte(text[len(head):len(text)-len(tail)]), &told); err != nil || told != asJSON(name) {
			r.Fatalf("%q became %q, %v", name, told, err)
		}
		if got := models.Read(text).All(); len(got) != 1 || got[0] != told {
			r.Fatalf("%q is read back as %q", told, got)
		}
	})
}

// asJSON is a text as JSON can carry it.
func asJSON(text string) string {
	var told string
	quoted, _ := json.Marshal(text)
	_ = json.Unmarshal(quoted, &told)
	return told
}

// members are some that are not the model's, without brackets around them.
func members(r *rapid.T, label string) string {
	value := rapid.OneOf(
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.Int(), func(n int) any { return n }),
		rapid.Map(rapid.MapOfN(rapid.SampledFrom([]string{"model", "a", `"`}), rapid.String(), 0, 2), func(m map[string]string) any { return m }),
		rapid.Map(rapid.SliceOfN(rapid.String(), 0, 3), func(all []string) any { return all }),
	)
	object := rapid.MapOfN(rapid.SampledFrom([]string{"messages", "Model", `mo"del`, "models", ""}), value, 0, 3).Draw(r, label)
	text, _ := json.Marshal(object)
	return string(text[1 : len(text)-1])
}

func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"model":"a"}`, `{"mod\u0065l":"a","model":"b"}`, `{"model":"`, `{"a":{"model":1},"model" : "x\"y"}`, `[{"model":"a"}]`, "{\"model\":\"\xff\"}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b := models.Read(text)
		changed := string(b.WithModel("other"))
		if len(b.All()) == 0 {
			if changed != text {
				t.Fatalf("%q names no model, and became %q", text, changed)
			}
			return
		}
		for _, name := range models.Read(changed).All() {
			if name != "other" {
				t.Fatalf("%q became %q, which names %q", text, changed, name)
			}
		}
		if json.Valid([]byte(text)) {
			compare(t, text, changed)
		}
	})
}

// compare compares what is no model of two bodies.
func compare(t *testing.T, text, changed string) {
	t.Helper()
	var before, after map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &before) != nil {
		return
	}
	if err := json.Unmarshal([]byte(changed), &after); err != nil || len(before) != len(after) {
		t.Fatalf("%q became %q, %v", text, changed, err)
	}
	for name, value := range before {
		if name != "model" && string(after[name]) != string(value) {
			t.Fatalf("%q became %q", text, changed)
		}
	}
}
