package usage

import (
	"encoding/json"
	"strings"
	"testing"
)

// answers are what providers say, with what they used.
func answers() map[string]struct {
	text   string
	events bool
	want   Tokens
} {
	type row = struct {
		text   string
		events bool
		want   Tokens
	}
	return map[string]row{
		"messages": {
			`{"type":"message","content":[{"type":"tool_use","input":{"usage":{"input_tokens":7}}}],"usage":{"input_tokens":10,"cache_creation_input_tokens":20,` +
				`"cache_read_input_tokens":300,"cache_creation":{"ephemeral_5m_input_tokens":20},"output_tokens":4,"service_tier":"standard"}}`, false,
			Tokens{Input: 330, Cached: 300, CacheWritten: 20, Output: 4},
		},
		"messages, streamed": {
			"event: message_start\ndata: " + `{"type":"message_start","message":{"id":"m","usage":{"input_tokens":10,"cache_read_input_tokens":300,"output_tokens":1}}}` +
				"\n\nevent: content_block_delta\ndata: " + `{"type":"content_block_delta","delta":{"type":"text_delta","text":"say \"usage\":{\"output_tokens\":99}} {"}}` +
				"\n\nevent: message_delta\ndata: " + `{"type":"message_delta","delta":{},"usage":{"output_tokens":40}}` + "\n\nevent: message_stop\ndata: " + `{"type":"message_stop"}` + "\n\n", true,
			Tokens{Input: 310, Cached: 300, Output: 40},
		},
		"responses": {
			`{"object":"response","usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":8},"output_tokens":4,` +
				`"output_tokens_details":{"reasoning_tokens":3},"total_tokens":14}}`, false, Tokens{Input: 10, Cached: 8, Output: 4, Reasoning: 3},
		},
		"responses, streamed": {
			"event: response.created\r\ndata: " + `{"type":"response.created","response":{"usage":null}}` + "\r\n\r\n: a comment with a \" and a {\r\n\r\nevent: response.completed\r\ndata: " +
				`{"type":"response.completed","response":{"usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":8},"output_tokens":4,"output_tokens_details":{"reasoning_tokens":3}}}}` +
				"\r\n\r\n", true, Tokens{Input: 10, Cached: 8, Output: 4, Reasoning: 3},
		},
		"chat": {
			`{"choices":[{"message":{"content":"}"}}],"usage":{"prompt_tokens":10,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":8},"completion_tokens_details":{"reasoning_tokens":3}}}`, false,
			Tokens{Input: 10, Cached: 8, Output: 4, Reasoning: 3},
		},
		"chat, streamed": {
			"data: " + `{"choices":[{"delta":{"content":"a"}}],"usage":null}` + "\n\ndata: " + `{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":4}}` + "\n\ndata: [DONE]\n\n", true,
			Tokens{Input: 10, Output: 4},
		},
		"Google's": {
			`{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":4,"totalTokenCount":17,` +
				`"cachedContentTokenCount":8,"thoughtsTokenCount":3,"promptTokensDetails":[{"modality":"TEXT","tokenCount":10}]},"modelVersion":"gemini-3-pro"}`, false,
			Tokens{Input: 10, Cached: 8, Output: 7, Reasoning: 3},
		},
		"Google's, streamed": {
			"data: " + `{"candidates":[],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":1}}` + "\r\n\r\ndata: " +
				`{"candidates":[],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":4}}` + "\r\n\r\n", true,
			Tokens{Input: 10, Output: 4},
		},
		"indented":             {"{\n  \"usage\" : {\n    \"prompt_tokens\" : 10 ,\n    \"completion_tokens\" : 4\n  }\n}", false, Tokens{Input: 10, Output: 4}},
		"data on many lines":   {"data: {\ndata:   \"usage\": {\ndata:   \"prompt_tokens\": 10}\ndata: }\n\n", true, Tokens{Input: 10}},
		"an event cut off":     {"data: {\"choices\":[{\"text\":\"a\n\ndata: " + `{"usage":{"prompt_tokens":10}}` + "\n\n", true, Tokens{Input: 10}},
		"both kinds of counts": {`{"usage":{"prompt_tokens":330,"cache_read_input_tokens":300,"completion_tokens":4}}`, false, Tokens{Input: 330, Cached: 300, Output: 4}},
		"no usage":             {`{"input_tokens":10,"data":{"usage":{"input_tokens":10}},"a":[{"usage":{"input_tokens":10}}]}`, false, Tokens{}},
		"an array":             {`[{"usage":{"input_tokens":10}}]`, false, Tokens{}},
		"odd counts":           {`{"usage":{"input_tokens":-1,"output_tokens":1e3,"cache_read_input_tokens":"5","cache_creation_input_tokens":99999999999999999999}}`, false, Tokens{}},
		"deep":                 {`{"a":` + strings.Repeat(`{"usage":[`, 99) + strings.Repeat(`]}`, 99) + `,"usage":{"input_tokens":10}}`, false, Tokens{Input: 10}},
		"cut off":              {`{"usage":{"input_tokens":10,"output_tokens":4`, false, Tokens{Input: 10}},
	}
}

// However an answer is cut into pieces, its tokens are found.
func TestReader(t *testing.T) {
	for name, test := range answers() {
		for _, size := range []int{1, 2, 7, len(test.text)} {
			if got := readBy(test.text, test.events, size).tokens(); got != test.want {
				t.Errorf("%s, in pieces of %d: used %+v, want %+v", name, size, got, test.want)
			}
		}
	}
}

func readBy(text string, events bool, size int) *reader {
	r := &reader{events: events}
	for text != "" {
		n := min(max(size, 1), len(text))
		r.read([]byte(text[:n]))
		text = text[n:]
	}
	return r
}

// FuzzReader holds the reader against encoding/json: no count of a text that is
// JSON is missed, whatever the pieces. Nothing makes it panic.
func FuzzReader(f *testing.F) {
	for _, test := range answers() {
		f.Add(test.text, test.events, 3)
	}
	f.Fuzz(func(t *testing.T, text string, events bool, size int) {
		whole, pieces := readBy(text, events, len(text)), readBy(text, events, size)
		if whole.tokens() != pieces.tokens() {
			t.Errorf("%q is %+v, and in pieces of %d %+v", text, whole.tokens(), size, pieces.tokens())
		}
		var answer, counts map[string]json.RawMessage
		if events || strings.Contains(text, `\`) || json.Unmarshal([]byte(text), &answer) != nil || json.Unmarshal(answer["usage"], &counts) != nil {
			return
		}
		for member, count := range counts {
			var n int64
			if id := nameOf([]byte(member)); id.isCount() && json.Unmarshal(count, &n) == nil && n <= maxCount && whole.counts[id] < n {
				t.Errorf("%q has %s %d, and %d was read", text, member, n, whole.counts[id])
			}
		}
	})
}

func BenchmarkReader(b *testing.B) {
	event := "event: content_block_delta\ndata: " + `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"func main() {\n\tprintln()\n}"}}` + "\n\n"
	for name, text := range map[string]string{
		"events": strings.Repeat(event, 8000), "text": `{"content":"` + strings.Repeat(`Some words of prose. `, 50_000) + `"}`,
	} {
		b.Run(name, func(b *testing.B) {
			piece := []byte(text)
			b.SetBytes(int64(len(piece)))
			b.ReportAllocs()
			for b.Loop() {
				r := reader{events: true}
				r.read(piece)
			}
		})
	}
}
