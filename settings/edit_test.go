package settings_test

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/settings"
)

func TestSetKeepsTheRest(t *testing.T) {
	tests := map[string]struct{ file, key, value, want string }{
		"a value that is there": {
			"{\n  // why\n  \"max_wait_ms\": 5, // five\n  \"debug\": true\n}\n", "max_wait_ms", "10",
			"{\n  // why\n  \"max_wait_ms\": 10, // five\n  \"debug\": true\n}\n",
		},
		"a new key": {
			"{\n  \"debug\": true // why\n  // the end\n}\n", "account_selection_strategy", "hybrid",
			"{\n  \"debug\": true, // why\n  // the end\n  \"account_selection_strategy\": \"hybrid\"\n}\n",
		},
		"after a trailing comma": {
			"{\n\t\"debug\": true, // why\n}", "on_event", `["a", "b c"]`,
			"{\n\t\"debug\": true, // why\n\t\"on_event\": [\"a\", \"b c\"],\n}\n",
		},
		"on one line":    {`{"debug": true}`, "max_attempts", "3", "{\"debug\": true, \"max_attempts\": 3}\n"},
		"an empty one":   {"{} // nothing yet", "debug", "true", "{\n  \"debug\": true\n} // nothing yet\n"},
		"no file at all": {"", "debug", "true", "{\n  \"debug\": true\n}\n"},
		"a new provider": {
			"{\n  \"debug\": true\n}\n", "providers.my.ai.base_url", "https://a.example",
			"{\n  \"debug\": true,\n  \"providers\": {\n    \"my.ai\": {\n      \"base_url\": \"https://a.example\"\n    }\n  }\n}\n",
		},
		"a chain": {
			"{\n  // mine\n  \"chains\": {\n    \"gpt\": [{\"pool\": \"openai\"}], // one\n    \"claude.2\": [{\"pool\": \"b\"}] // two\n  }\n}\n", "chains.claude.2", `[{"pool": "zai", "models": {"*": "glm-5"}}]`,
			"{\n  // mine\n  \"chains\": {\n    \"gpt\": [{\"pool\": \"openai\"}], // one\n    \"claude.2\": [{\"pool\": \"zai\", \"models\": {\"*\": \"glm-5\"}}] // two\n  }\n}\n",
		},
		"the first chain": {"", "chains.c", `[{"pool": "a"}]`, "{\n  \"chains\": {\n    \"c\": [{\"pool\": \"a\"}]\n  }\n}\n"},
		"all chains":      {`{"chains": {"c": [{"pool": "a"}]}, "debug": true /* x */}`, "chains", "{}", "{\"chains\": {}, \"debug\": true /* x */}\n"},
		"a price with a dot": {
			"{\n  \"prices\": {\n    \"*\": {\"input\": 1, \"output\": 2}, // all\n  },\n}\n", "prices.gpt-5.5", `{"input": 3, "output": 4.5}`,
			"{\n  \"prices\": {\n    \"*\": {\"input\": 1, \"output\": 2}, // all\n    \"gpt-5.5\": {\"input\": 3, \"output\": 4.5},\n  },\n}\n",
		},
		"a currency": {"{}", "currency", "EUR", "{\n  \"currency\": \"EUR\"\n}\n"},
		"a provider that is there": {
			"{\n  \"providers\": {\n    \"openai\": {\"debug\": true} // mine\n  }\n}\n", "providers.openai.client_id", "12",
			"{\n  \"providers\": {\n    \"openai\": {\"debug\": true, \"client_id\": \"12\"} // mine\n  }\n}\n",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var data []byte
			if tt.file != "" {
				data = []byte(tt.file)
			}
			got, err := settings.Set("x", data, tt.key, tt.value)
			if err != nil || string(got) != tt.want {
				t.Errorf("got  %q, %v\nwant %q", got, err, tt.want)
			}
		})
	}
}

func TestSetRefuses(t *testing.T) {
	tests := map[string]struct{ file, key, value, want string }{
		"a value out of range":      {"{}", "soft_quota_threshold_percent", "101", "soft_quota_threshold_percent: must be a whole number from 0 to 100, not 101"},
		"a value of another type":   {"{}", "debug", "perhaps", `debug: must be true or false, not "perhaps"`},
		"a misspelt key":            {"{}", "max_wait", "1", `max_wait: no such setting; did you mean "max_wait_ms"?`},
		"an endpoint for all":       {"{}", "base_url", "https://a.example", `stands under "providers.<name>" only`},
		"providers as a whole":      {"{}", "providers", "{}", "no such setting"},
		"a provider as a whole":     {"{}", "providers.openai", "{}", "no such setting"},
		"a misspelt provider key":   {"{}", "providers.openai.base_ulr", "x", `did you mean "base_url"?`},
		"an impossible provider":    {"{}", "providers.Open AI.debug", "true", "must be a provider's name"},
		"an address without TLS":    {"{}", "providers.openai.base_url", "http://a.example", "must be an https:// URL"},
		"a chain that is no JSON":   {"{}", "chains.c", "anthropic,zai", `chains.c: must be JSON, such as [{"pool": "anthropic"}, `},
		"chains that are no JSON":   {"{}", "chains", "{", `chains: must be JSON, such as {"NAME": [{"pool": "anthropic"}, `},
		"a chain that is a text":    {"{}", "chains.c", `"anthropic"`, `chains.c: must be a list of pools, [{"pool": "anthropic"}, …], not "anthropic"`},
		"a chain's misspelt key":    {"{}", "chains.c", `[{"pol": "a"}]`, `chains.c.1.pol: no such setting; did you mean "pool"?`},
		"a chain without pools":     {"{}", "chains.c", `[]`, "chains.c: has no pools"},
		"a chain's wrong model":     {"{}", "chains.c", `[{"pool": "a"}, {"pool": "b", "models": {"x": 1}}]`, "chains.c.2.models.x: must be a text, not 1"},
		"a chain's impossible name": {"{}", "chains.My Chain", `[{"pool": "a"}]`, "has a name of other than lower-case letters"},
		"a chain without a name":    {"{}", "chains.", `[{"pool": "a"}]`, "has a name of other than lower-case letters"},
		"a chain beside a value":    {"{}", "chains.c", `[{"pool": "a"}], "debug": true`, "must be JSON"},
		"a price without output":    {"{}", "prices.gpt-5.5", `{"input": 1}`, "prices.gpt-5.5: has no input or no output"},
		"a price below nothing":     {"{}", "prices.*", `{"input": -1, "output": 1}`, "prices.*: has to be amounts of money"},
		"a currency of two words":   {"{}", "currency", "US dollars", "currency: must be the name of a currency"},
		"a file that is wrong":      {"{\n\"debug\": 1}", "max_attempts", "1", "x:2:10: debug: must be true or false, not 1"},
		"a file that is no JSON":    {"{", "max_attempts", "1", "not valid JSON"},
		"a second value, smuggled":  {"{}", "max_attempts", `1, "debug": true`, "must be a whole number"},
		"a value that is a comment": {"{}", "max_attempts", "// 1", "must be a whole number"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := settings.Set("x", []byte(tt.file), tt.key, tt.value)
			if _, ok := errors.AsType[*settings.Error](err); !ok || got != nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q, %v; want %s", got, err, tt.want)
			}
		})
	}
}

// Whatever the file and the value are, what Set returns can be loaded, says
// what was asked for, and has lost no comment and no other key.
func FuzzSet(f *testing.F) {
	for _, file := range []string{
		"{}", "{ /* a */ }", "{\n\t\"debug\": true, // b\n}", `{"providers":{"a":{}}}`, "\ufeff{\"debug\":true/* c */} // d",
		"{\n \"providers\": { // e\n  \"openai\": { \"debug\": true, /* f */ },\n },\n}", `{"$schema":"x"}`,
	} {
		for key, value := range map[string]string{
			"max_wait_ms": "10", "debug": "false", "providers.openai.base_url": "https://a.example",
			"providers.a.on_event": `["x", /* y */ "z",]`, "account_selection_strategy": `"hybrid"`, "nothing": "",
			"chains.a.b": `[{"pool": "x", /* y */ "models": {"*": "z"}}]`, "prices": `{"*": {"input": 1, "output": 2}}`, "currency": "EUR",
		} {
			f.Add(file, key, value)
		}
	}
	comment := regexp.MustCompile(`//[a-z ]*\n|/\*[a-z ]*\*/`)
	f.Fuzz(func(t *testing.T, file, key, value string) {
		edited, err := settings.Set("x", []byte(file), key, value)
		if err != nil {
			return
		}
		before, after := effective(t, file), effective(t, string(edited))
		entry, inFile, mayBeEmpty := key, last(key), key == "currency"
		if top, _, _ := strings.Cut(key, "."); top == "chains" || top == "prices" {
			entry, inFile, mayBeEmpty = top, top, true
		}
		if _, ok := after[entry]; !ok && !mayBeEmpty {
			t.Errorf("%s is not set in %q", key, edited)
		}
		delete(before, entry)
		delete(after, entry)
		if !maps.Equal(before, after) {
			t.Errorf("other settings changed:\n%v\n%v", before, after)
		}
		if strings.Contains(file, `"`+inFile+`"`) {
			return // the comments inside the old value go with it
		}
		for _, c := range comment.FindAllString(file, -1) {
			if !strings.Contains(string(edited), strings.TrimSpace(c)) {
				t.Errorf("lost the comment %q:\n%s\n%s", c, file, edited)
			}
		}
		again, err := settings.Set("x", edited, key, value)
		if err != nil || !slices.Equal(again, edited) {
			t.Errorf("set twice: %q, %v\nwant %q", again, err, edited)
		}
	})
}

func last(key string) string { return key[strings.LastIndexByte(key, '.')+1:] }

// effective returns the values that a file of this content has.
func effective(t *testing.T, content string) map[string]string {
	t.Helper()
	path := writeFile(t, content)
	all, err := settings.Effective(path)
	if err != nil {
		t.Fatalf("%q cannot be loaded: %v", content, err)
	}
	values := map[string]string{}
	for _, e := range all {
		values[e.Key] = e.Value
	}
	return values
}

// What was set is got again, by its name, and gone when it is unset.
func TestPartsAreSetAndGot(t *testing.T) {
	content := []byte("{\n  // kept\n}\n")
	for key, value := range map[string]string{
		"chains.claude.2": `[{"pool":"a","models":{"*":"b"}}]`, "prices.gpt-5.5": `{"cache_read":1,"cache_write":1,"input":1,"output":2.5}`, "currency": `"EUR"`,
	} {
		set, err := settings.Set("x", content, key, value)
		if err != nil {
			t.Fatal(err)
		}
		path := writeFile(t, string(set))
		if e, err := settings.Get(path, key); err != nil || e.Value != value || e.Origin.Path != path {
			t.Errorf("%s is %+v, %v", key, e, err)
		}
		unset, err := settings.Unset("x", set, key)
		if err != nil || strings.Contains(string(unset), "2.5") || strings.Contains(string(unset), "EUR") || !strings.Contains(string(unset), "// kept") {
			t.Errorf("without %s it is %q, %v", key, unset, err)
		}
	}
	path := writeFile(t, "{}")
	if e, err := settings.Get(path, "chains"); err != nil || e.Value != "{}" {
		t.Errorf("%+v, %v", e, err)
	}
	for key, want := range map[string]string{"chains.claude": "there is no chain of this name", "prices.x": "there is no price of this name", "chain": `did you mean "chains"?`} {
		if e, err := settings.Get(path, key); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is %+v, %v", key, e, err)
		}
	}
}
