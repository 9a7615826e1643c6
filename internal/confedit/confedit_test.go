package confedit_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/internal/confedit"
)

// step is one change of a text.
type step struct {
	key   string
	value any // nil removes
}

func apply(f confedit.Format, text string, steps ...step) (string, error) {
	data := []byte(text)
	var err error
	for _, s := range steps {
		key := confedit.Key(strings.Split(s.key, "/"))
		if s.value == nil {
			data, err = f.Remove(data, key)
		} else {
			data, err = f.Set(data, key, s.value)
		}
		if err != nil {
			return "", err
		}
	}
	return string(data), nil
}

// What is changed is changed, and all else stays as it was written.
func TestChanges(t *testing.T) {
	for name, test := range map[string]struct {
		format     confedit.Format
		text, want string
		steps      []step
	}{
		"JSON, no file":            {confedit.JSON, "", "{\n  \"env\": {\n    \"A\": \"1\"\n  }\n}\n", []step{{"env/A", "1"}}},
		"JSON, comments":           {confedit.JSON, "// mine\n{\n  \"a\": 1, // one\n}\n", "// mine\n{\n  \"a\": 1, // one\n  \"b\": true,\n}\n", []step{{"b", true}}},
		"JSON, replaced":           {confedit.JSON, "{\"env\": {\"A\": \"0\" /* why */, \"B\": \"2\"}}", "{\"env\": {\"A\": \"1\" /* why */, \"B\": \"2\"}}", []step{{"env/A", "1"}}},
		"JSON, tabs and CRLF":      {confedit.JSON, "{\r\n\t\"a\": 1\r\n}\r\n", "{\r\n\t\"a\": 1,\r\n\t\"b\": \"2\"\r\n}\r\n", []step{{"b", "2"}}},
		"JSON, byte order mark":    {confedit.JSON, "\ufeff{\"a\": 1}", "\ufeff{\"a\": 1, \"b\": 2}", []step{{"b", 2.0}}},
		"JSON, removed":            {confedit.JSON, "{\n  // about a\n  \"a\": 1,\n  \"b\": 2\n}\n", "{\n  // about a\n  \"b\": 2\n}\n", []step{{"a", nil}}},
		"TOML, no file":            {confedit.TOML, "", "a = \"x\"\n\n[t.u]\nb = true\n", []step{{"a", "x"}, {"t/u/b", true}}},
		"TOML, before the tables":  {confedit.TOML, "# mine\n\n# about t\n[t]\nx = 1\n", "# mine\n\na = \"x\"\n# about t\n[t]\nx = 1\n", []step{{"a", "x"}}},
		"TOML, behind the others":  {confedit.TOML, "m = \"gpt\" # model\n\n[t]\nx = 1", "m = \"gpt\" # model\na = \"x\"\n\n[t]\nx = 1", []step{{"a", "x"}}},
		"TOML, within a table":     {confedit.TOML, "[t]\nx = 1 # one\n# end of t\n\n[u]\ny = 2\n", "[t]\nx = 1 # one\nz = [\"a\", \"b\"]\n# end of t\n\n[u]\ny = 2\n", []step{{"t/z", []any{"a", "b"}}}},
		"TOML, no line end":        {confedit.TOML, "[t]\nx = 1", "[t]\nx = 1\ny = 2\n", []step{{"t/y", 2.0}}},
		"TOML, replaced":           {confedit.TOML, "a = \"\"\"x\ny\"\"\"  # two lines\nb = [ # list\n 1,\n]\n", "a = \"z\"  # two lines\nb = 3\n", []step{{"a", "z"}, {"b", 3.0}}},
		"TOML, keys with dots":     {confedit.TOML, "t.x = 1\n\"a b\".'c.d' = 2\n", "t.x = 5\n\"a b\".'c.d' = 6\n", []step{{"t/x", 5.0}, {"a b/c.d", 6.0}}},
		"TOML, CRLF and mark":      {confedit.TOML, "\ufeffa = 1\r\n[t]\r\n", "\ufeffa = 1\r\nb = 2\r\n[t]\r\n", []step{{"b", 2.0}}},
		"TOML, removed with table": {confedit.TOML, "a = 1\n\n[t]\nx = 1\n\n[u]\ny = 2\n", "a = 1\n\n[u]\ny = 2\n", []step{{"t/x", nil}}},
		"TOML, a table with notes": {confedit.TOML, "[t]\n# why\nx = 1\n", "[t]\n# why\n", []step{{"t/x", nil}}},
		"TOML, quotes":             {confedit.TOML, "", "a = \"C:\\\\x \\\"y\\\" \\u000A\"\n", []step{{"a", "C:\\x \"y\" \n"}}},
		"variables":                {confedit.Variables, "# mine\nexport A='1'\nB=2", "# mine\nA=3\nB=2\nC=4\n", []step{{"A", "3"}, {"C", "4"}}},
		"variables, removed":       {confedit.Variables, "A=1\r\nB=2\r\nA=3\r\n", "B=2\r\n", []step{{"A", nil}}},
	} {
		got, err := apply(test.format, test.text, test.steps...)
		if err != nil || got != test.want {
			t.Errorf("%s: %v\ngot  %q\nwant %q", name, err, got, test.want)
		}
	}
}

// What cannot be changed without a loss is left alone, and so is what cannot be read.
func TestRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		format confedit.Format
		text   string
		step   step
		cannot bool
	}{
		"JSON that is none":                {confedit.JSON, "{", step{"a", 1.0}, false},
		"JSON that is a list":              {confedit.JSON, "[1]", step{"a", 1.0}, false},
		"JSON with two keys of a name":     {confedit.JSON, `{"a": 1, "a": 2}`, step{"a", 3.0}, true},
		"JSON with text for an object":     {confedit.JSON, `{"env": "x"}`, step{"env/A", "1"}, true},
		"TOML that is none":                {confedit.TOML, "a =", step{"b", 1.0}, false},
		"TOML with an inline table":        {confedit.TOML, "t = {x = 1}\n", step{"t/y", 1.0}, true},
		"TOML with an array of tables":     {confedit.TOML, "[[t]]\nx = 1\n", step{"t/y", 1.0}, true},
		"a variable of more than one line": {confedit.Variables, "", step{"A", "1\nB=2"}, true},
	} {
		if got, err := apply(test.format, test.text, test.step); err == nil || errors.Is(err, confedit.ErrCannotChange) != test.cannot {
			t.Errorf("%s: %v, %q", name, err, got)
		}
	}
}

func TestGet(t *testing.T) {
	for text, want := range map[string]any{"a.b = 1": 1.0, "[a]\nb = ['x']": []any{"x"}, "a = 1": nil} {
		got, ok, err := confedit.TOML.Get([]byte(text), confedit.Key{"a", "b"})
		if err != nil || ok != (want != nil) || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, %v, %v", text, got, ok, err)
		}
	}
}

// Whatever a file is, what was set can be read back, is set only once, and can be
// removed.
func FuzzChanges(f *testing.F) {
	for _, text := range []string{
		"", "{\n}\n", "{\"env\": {\"A\": \"1\"}} // x", "\ufeff{\r\n}\r\n", "{\"a\":{\"b\":[1,2,],},}", "a = 1\n[t] # x\nb = '''\n'''\n",
		"t.b.a = 1\n", "[t]\n[[t.u]]\nx={a=1,b=[\"]\"]}", "a = \"\\\"#\" # \"\n[t.b]\n", "A=1\nexport B=\"x\"\n", "\"t\".b = 2\r\n", "a = [\n1, # ]\n2]\n", "a = \"\"\"\"x\"\"\"\"\"\n",
	} {
		f.Add([]byte(text), "t", "b", "value")
	}
	f.Fuzz(func(t *testing.T, data []byte, table, name, value string) {
		for _, format := range []confedit.Format{confedit.JSON, confedit.TOML, confedit.Variables} {
			checkChange(t, format, data, confedit.Key{table, name}, value)
			checkChange(t, format, data, confedit.Key{name}, value)
		}
	})
}

func checkChange(t *testing.T, format confedit.Format, data []byte, key confedit.Key, value any) {
	t.Helper()
	original := bytes.Clone(data)
	set, err := format.Set(data, key, value)
	if !bytes.Equal(data, original) {
		t.Fatalf("%s: the text itself was changed", format)
	}
	if err != nil {
		return
	}
	_, had, err := format.Get(data, key)
	if err != nil || !had && !isWithin(data, set) {
		t.Fatalf("%s: %q became %q, %v: more was changed than %q", format, data, set, err, key)
	}
	if got, ok, err := format.Get(set, key); err != nil || !ok || !reflect.DeepEqual(got, value) {
		t.Fatalf("%s: %q in %q: %v, %v, %v", format, key, set, got, ok, err)
	}
	if again, err := format.Set(set, key, value); err != nil || !bytes.Equal(again, set) {
		t.Fatalf("%s: set again: %v\n%q\n%q", format, err, set, again)
	}
	removed, err := format.Remove(set, key)
	if err != nil {
		return
	}
	if _, ok, err := format.Get(removed, key); err != nil || ok {
		t.Fatalf("%s: %q is still in %q, %v", format, key, removed, err)
	}
	// A table without a key may go with its last one.
	if !isWithin(removed, set) || !had && len(key) == 1 && !isWithin(data, removed) {
		t.Fatalf("%s: %q became %q: more was removed than %q, which %q did not have", format, set, removed, key, data)
	}
}

// isWithin reports whether a text has become another one by insertions alone, but for
// white space.
func isWithin(text, whole []byte) bool {
	left := bytes.Join(bytes.Fields(text), nil)
	for _, c := range whole {
		if len(left) > 0 && left[0] == c {
			left = left[1:]
		}
	}
	return len(left) == 0
}
