package roundtrip

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/internal/models"
)

// TestLongFirstMessage checks that of a long message its beginning and its length
// tell conversations apart.
func TestLongFirstMessage(t *testing.T) {
	begin := strings.Repeat("b", hashedText)
	key := func(content string) string {
		return readBody(`{"messages":[{"role":"user","content":`+content+`},{"role":"user","content":"more"}]}`, false, nil).conversation
	}
	for name, test := range map[string]struct {
		a, b string
		same bool
	}{
		"another end":       {`"` + begin + `an end"`, `"` + begin + `no end"`, true},
		"another length":    {`"` + begin + `an end"`, `"` + begin + `one end"`, false},
		"another beginning": {`"a` + begin + `"`, `"c` + begin + `"`, false},
		"cut in an escape":  {`"` + begin[1:] + `\n"`, `"` + begin[1:] + `\t"`, true},
		"as long as counts": {`"` + begin + `"`, `"` + begin[1:] + `c"`, false},
		"in parts":          {`[{"text":"x"},{"text":"` + begin + `1"}]`, `[{"text":"x","cache":1},{"text":"` + begin + `2"}]`, true},
		"later parts":       {`[{"text":"` + begin + `1"},{"text":"x"}]`, `[{"text":"` + begin + `1"},{"text":"y"}]`, true},
		"earlier parts":     {`[{"text":"x"},{"text":"` + begin + `"}]`, `[{"text":"y"},{"text":"` + begin + `"}]`, false},
	} {
		if a, b := key(test.a), key(test.b); (a == b) != test.same || a == "" {
			t.Errorf("%s: %q and %q", name, a, b)
		}
	}
}

// FuzzReadBody holds the reader of bodies against encoding/json. No body makes it
// panic.
func FuzzReadBody(f *testing.F) {
	f.Add(`{"model":"m","messages":[{"role":"user","content":[{"text":"a\n"}]}],"stream":true}`)
	f.Add(`{"metadata":[],"conversation":null,"input":[1,{"role":"user"}]}`)
	f.Add(`{"metadata":{"user_id":"u"},"conversation":{"id":"c"},"prompt_cache_key":"","speed":"fast"}`)
	f.Add(`{"model":"models/m","contents":[{"parts":[{"text":"a"}]}],"cachedContent":"c"}`)
	f.Add(`{"request":{"contents":[{"parts":[{"text":"a"}],"role":"user"}],"session_id":"s"}}`)
	f.Add(`{"input":`)
	f.Fuzz(func(t *testing.T, body string) {
		_, _ = readBody(body, true, []string{"id"}), readBody(body, false, nil)
		var parsed map[string]any
		if json.Unmarshal([]byte(body), &parsed) != nil || len(body) > hashedText {
			return
		}
		again, err := json.Marshal(parsed) // each name once, and in order
		if err != nil {
			t.Fatal(err)
		}
		a := readBody(string(again), false, nil)
		if want := asked(parsed); a != want && !a.stream { // a stream may end the reading
			t.Errorf("%s asks for %+v, want %+v", again, a, want)
		}
	})
}

// asked is readBody for a body that was parsed.
func asked(body map[string]any) bodyFields {
	key := cmp.Or(str(body["prompt_cache_key"]), str(body["cachedContent"]), sessionOfUser(str(in(body["metadata"], "user_id"))),
		str(in(body["request"], "session_id")), str(body["conversation"]), str(in(body["conversation"], "id")))
	if key == "" {
		key = hashed(body)
	}
	return bodyFields{
		model: models.Name(str(body["model"])), tier: cmp.Or(tierOf(str(body["service_tier"])), tierOf(str(body["speed"]))),
		stream: body["stream"] == true, conversation: key,
	}
}

func hashed(body map[string]any) string {
	messages := firstPresent(body, "contents", "input", "messages")
	if messages == nil {
		messages = in(body["request"], "contents")
	}
	said := str(messages)
	list, _ := messages.([]any)
	for i := 0; said == "" && i < len(list); i++ {
		message, _ := list[i].(map[string]any)
		role, ok := message["role"]
		if _, google := message["parts"]; !ok && google {
			role = "user"
		}
		if role != "user" {
			continue
		}
		content := firstPresent(message, "parts", "content")
		said = str(content)
		parts, _ := content.([]any)
		for _, part := range parts {
			said += str(in(part, "text"))
		}
	}
	if said == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(said))
	return hex.EncodeToString(sum[:affinityDigits/2])
}

func firstPresent(object map[string]any, names ...string) any {
	for _, name := range names {
		if v, ok := object[name]; ok {
			return v
		}
	}
	return nil
}

func in(object any, name string) any {
	members, _ := object.(map[string]any)
	return members[name]
}

func str(v any) string {
	s, _ := v.(string)
	return s
}
