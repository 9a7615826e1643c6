package jsonscan_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed-810f1486/multiaccount/internal/jsonscan"
)

// member is one of an object's: its value is a string, or as it is written.
type member struct{ name, value string }

// members reads the members of an object with a cursor.
func members(text string, watched ...string) (all []member, seen string) {
	c := jsonscan.New(text, watched)
	if !c.Enter('{') {
		return nil, ""
	}
	for name, ok := c.Member(); ok; name, ok = c.Member() {
		m := member{name: said(name)}
		if raw, isText := c.Text(); isText {
			m.value = said(raw)
		}
		all = append(all, m)
	}
	return all, c.Seen()
}

func said(raw string) string { return string(jsonscan.Unescape(nil, raw)) }

func TestMembers(t *testing.T) {
	for text, want := range map[string][]member{
		``:                                nil,
		`[]`:                              nil,
		`{}`:                              nil,
		`{"a":"b"}`:                       {{"a", "b"}},
		" { \"a\" :\n\"b\" , \"c\":[ ] }": {{"a", "b"}, {"c", ""}},
		`{"a":1,"b":true,"c":null,"d":-1.5e3,"e":"x"}`:                          {{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}, {"e", "x"}},
		`{"a":{"b":["}]\"",{"c":"\\"}]},"d":"\\\""}`:                            {{"a", ""}, {"d", `\"`}},
		`{"long":"` + strings.Repeat(`x\"`, 99) + `","b":"\u00e9\ud83d\ude00"}`: {{"long", strings.Repeat(`x"`, 99)}, {"b", "é😀"}},
		`{"a":"b`:             {{"a", ""}},
		`{"a"`:                nil,
		`{"a" "b"}`:           nil,
		`{"a":}`:              {{"a", ""}},
		`{"a":"b"]`:           {{"a", "b"}},
		`{"a":[1,2`:           {{"a", ""}},
		`{"a":"b"} {"c":"d"}`: {{"a", "b"}},
	} {
		got, _ := members(text)
		if !equal(got, want) {
			t.Errorf("%s has %q, want %q", text, got, want)
		}
	}
}

func equal(a, b []member) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestSeen(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":{"b":[{"id":"1"},{"id": "2"}]},"id":"3"}`:   `{"id":"1","id":"2","id":"3"}`,
		`{"a":[{"ids":[ "1","2"],"id":["3"]}]}`:           `{"ids":["1"],"id":["3"]}`,
		`{"a":[{"id":true},{"id":null},{"id":12}]}`:       `{"id":true,"id":null,"id":12}`,
		`{"a":[{"id":{"id":"1"}},{"id":[]},{"id":[[]]}]}`: `{"id":"1"}`,
		`{"a":["id","ids"],"b":"id"}`:                     ``,
		`{"a":"say \"id\":\"5\" twice"}`:                  ``,
		`{"a":{"id":"\"\\"}}`:                             `{"id":"\"\\"}`,
		`{"a":{"id":"` + strings.Repeat("x", 300) + `"}}`: ``,
		`{"a":{"id":"1`:                                   ``,
		`{"a":{"id"`:                                      ``,
	} {
		if _, got := members(text, "id", "ids"); got != want {
			t.Errorf("%s shows %s, want %s", text, got, want)
		}
	}
}

func TestUnescapeWhatIsCut(t *testing.T) {
	for raw, want := range map[string]string{
		``: "", `a\`: `a\`, `a\u00`: "a\ufffd", `\ud83d`: "\ufffd", `\ud83d\u00e9`: "\ufffdé", `\q`: "q", `a\`[:2]: "a\ufffd",
	} {
		if got := said(raw); got != want {
			t.Errorf("%q says %q, want %q", raw, got, want)
		}
	}
}

// FuzzMembers holds the cursor against encoding/json, for what is JSON. Nothing
// makes it panic.
func FuzzMembers(f *testing.F) {
	f.Add(`{"a":{"id":"1","ids":["2"]},"b":[1,{"c":"\\\"}{"}],"d":"\ud83d\ude00"}`)
	f.Add(`{"a":"` + strings.Repeat("x", 40) + `\\","b":{"id":null}}`)
	f.Fuzz(func(t *testing.T, text string) {
		got, seen := members(text, "id", "ids")
		if !json.Valid([]byte(text)) || !utf8.ValidString(text) {
			return
		}
		if seen != "" && !json.Valid([]byte(seen)) {
			t.Errorf("%q shows %q", text, seen)
		}
		if want := decoded(text); !equal(got, want) {
			t.Errorf("%q has %q, want %q", text, got, want)
		}
		if got, want := count(seen), count(text); got > want {
			t.Errorf("%q shows %d members, want at most %d: %s", text, got, want, seen)
		}
	})
}

// decoded reads the members of an object with encoding/json.
func decoded(text string) (all []member) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if begin, err := d.Token(); err != nil || begin != json.Delim('{') {
		return nil
	}
	for d.More() {
		name, _ := d.Token()
		m := member{}
		m.name, _ = name.(string)
		var value any
		if d.Decode(&value) == nil {
			m.value, _ = value.(string)
		}
		all = append(all, m)
	}
	return all
}

// count returns how many members of a text are watched, with encoding/json.
func count(text string) (n int) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	type level struct{ object, value bool }
	var levels []level
	for {
		token, err := d.Token()
		if err != nil {
			return n
		}
		last := len(levels) - 1
		isName := last >= 0 && levels[last].object && !levels[last].value
		if last >= 0 && levels[last].object {
			levels[last].value = isName
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, level{object: true})
		case json.Delim('['):
			levels = append(levels, level{})
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:len(levels)-1]
			if last > 0 && levels[last-1].object {
				levels[last-1].value = false
			}
		case "id", "ids":
			if isName {
				n++
			}
		}
	}
}

// bodies are a megabyte each: of code in strings as agents send it, of JSON in
// strings, and of one long text.
func bodies() map[string]string {
	code := strings.Repeat("\tif err := c.next(\"name\", 'x'); err != nil {\n\t\treturn fmt.Errorf(\"reading %q: %w\", name, err)\n\t}\n", 11)
	inner := strings.Repeat(`{"path":"/a/b","line":12,"text":"a few words"},`, 24)
	return map[string]string{"code": turns(code), "json": turns(inner), "text": turns(strings.Repeat("Some words of prose. ", 40_000))}
}

func turns(content string) string {
	var turn bytes.Buffer
	_ = json.NewEncoder(&turn).Encode(map[string]string{"role": "user", "content": content})
	n := max(1, 1<<20/turn.Len())
	return `{"messages":[` + strings.TrimSuffix(strings.Repeat(turn.String()+",", n), ",") + `],"model":"m"}`
}

func BenchmarkMembers(b *testing.B) {
	for name, body := range bodies() {
		b.Run("body="+name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				c := jsonscan.New(body, []string{"file_id", "file_ids"})
				c.Enter('{')
				for _, ok := c.Member(); ok; _, ok = c.Member() {
					c.Skip()
				}
			}
		})
	}
}
