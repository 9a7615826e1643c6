package sse_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/internal/sse"
)

// event is an Event that can be kept.
type event struct {
	name, data string
	cut        bool
}

// scan feeds a stream in pieces of size bytes.
func scan(stream string, size int) []event {
	var pieces []string
	for piece := range slices.Chunk([]byte(stream), size) {
		pieces = append(pieces, string(piece))
	}
	return scanPieces(pieces...)
}

func scanPieces(pieces ...string) []event {
	var s sse.Scanner
	var found []event
	for _, piece := range pieces {
		for rest := []byte(piece); ; {
			e, left, ok := s.Next(rest)
			if !ok {
				break
			}
			found = append(found, event{string(e.Name), string(e.Data), e.Cut})
			rest = left
		}
	}
	return found
}

func TestEvents(t *testing.T) {
	long := strings.Repeat("x", sse.MaxEvent)
	for name, test := range map[string]struct {
		stream string
		want   []event
	}{
		"named":                    {"event: ping\ndata: {}\n\n", []event{{name: "ping", data: "{}"}}},
		"unnamed":                  {"data: [DONE]\n\n", []event{{data: "[DONE]"}}},
		"two":                      {"event: a\ndata: 1\n\ndata: 2\n\n", []event{{name: "a", data: "1"}, {data: "2"}}},
		"name after the data":      {"data: 1\nevent: a\n\n", []event{{name: "a", data: "1"}}},
		"last name counts":         {"event: a\nevent: b\ndata: 1\n\n", []event{{name: "b", data: "1"}}},
		"no space, two spaces":     {"data:1\ndata:  2\n\n", []event{{data: "1\n 2"}}},
		"lines of data":            {"data: 1\ndata:\ndata: 3\n\n", []event{{data: "1\n\n3"}}},
		"empty data":               {"data\n\ndata:\ndata\n\n", []event{{}, {data: "\n"}}},
		"without data":             {"event: a\n\ndata: 1\n\n", []event{{data: "1"}}},
		"comments, id, retry":      {": hi\nid: 7\nretry: 1\n:data: 0\ndata: 1\n\n:\n\n", []event{{data: "1"}}},
		"unknown and longer names": {"dat: 1\ndatas: 2\n data: 3\n\n", nil},
		"carriage returns":         {"event: a\rdata: 1\rdata: 2\r\rdata: 3\r\r", []event{{name: "a", data: "1\n2"}, {data: "3"}}},
		"both":                     {"event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n", []event{{name: "a", data: "1"}, {data: "2"}}},
		"mixed":                    {"event: a\rdata: 1\n\r\ndata: 2\n\r", []event{{name: "a", data: "1"}, {data: "2"}}},
		"byte order mark":          {"\ufeffdata: 1\n\n\ufeffdata: 2\n\n", []event{{data: "1"}}},
		"colon in the value":       {"data: a: b\n\n", []event{{data: "a: b"}}},
		"an end too early":         {"data: 1\n\nevent: a\ndata: 2\n", []event{{data: "1"}}},
		"the longest":              {"data:" + long[5:] + "\n\n", []event{{data: long[5:]}}},
		"too long":                 {"event: a\ndata: " + long + long + "\n\ndata: 2\n\n", []event{{"a", long, true}, {data: "2"}}},
		"too many lines":           {"data: " + long[7:] + "\ndata: 12345678\n\n", []event{{data: long[7:] + "\n123456", cut: true}}},
		"nothing":                  {"\n\n\r\n\r", nil},
	} {
		t.Run(name, func(t *testing.T) {
			sizes := []int{1, 2, 3, 7, 4096, len(test.stream)}
			for _, size := range sizes {
				got := scan(test.stream, size)
				if len(test.want) > 0 && test.want[0].cut {
					got = shortened(got) // how much is left of a line depends on where it was split
					test.want = shortened(test.want)
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("in pieces of %d: %.200v, want %.200v", size, got, test.want)
				}
			}
		})
	}
}

// shortened drops the data of what was cut off.
func shortened(events []event) []event {
	all := slices.Clone(events)
	for i := range all {
		if all[i].cut {
			all[i].data = ""
		}
	}
	return all
}

// reference is the parsing algorithm of the standard, word by word.
func reference(stream string) []event {
	stream = strings.TrimPrefix(stream, "\ufeff")
	stream = strings.ReplaceAll(strings.ReplaceAll(stream, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(stream, "\n")
	var found []event
	var name string
	var data strings.Builder
	for _, line := range lines[:len(lines)-1] {
		if line == "" {
			if data.Len() > 0 {
				found = append(found, event{name: name, data: strings.TrimSuffix(data.String(), "\n")})
			}
			name = ""
			data.Reset()
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "event":
			name = value
		case "data":
			data.WriteString(value + "\n")
		}
	}
	return found
}

func FuzzScanner(f *testing.F) {
	f.Add("event: a\r\ndata: 1\r\n\r\n", 1)
	f.Add("\ufeffdata: 1\rdata: 2\n\n:c\n\n", 3)
	f.Add("event: error\ndata: {\"type\":\"error\"}\n\n", 8)
	f.Fuzz(func(t *testing.T, stream string, size int) {
		if len(stream) == 0 || len(stream) > 64<<10 || size < 1 {
			return
		}
		want := reference(stream)
		if got := scan(stream, size); !slices.Equal(got, want) {
			t.Errorf("in pieces of %d: %+v, want %+v", size, got, want)
		}
		for at := range min(len(stream), 256) {
			if got := scanPieces(stream[:at], stream[at:]); !slices.Equal(got, want) {
				t.Errorf("split at %d: %+v, want %+v", at, got, want)
			}
		}
	})
}

// A scanner that has grown to the events of its stream allocates no more,
// however they are split.
func TestScannerDoesNotAllocate(t *testing.T) {
	stream := []byte("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{}}\n\n")
	var s sse.Scanner
	run := func() {
		for _, piece := range [][]byte{stream, stream[:30], stream[30:]} {
			for ok := true; ok; {
				_, piece, ok = s.Next(piece)
			}
		}
	}
	run()
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestIsStream(t *testing.T) {
	for contentType, want := range map[string]bool{
		"text/event-stream": true, "Text/Event-Stream; charset=utf-8": true, " text/event-stream ;x": true,
		"": false, "application/json": false, "text/event-streams": false, "application/json; text/event-stream": false,
	} {
		if got := sse.IsStream(contentType); got != want {
			t.Errorf("IsStream(%q) = %v", contentType, got)
		}
	}
}

func BenchmarkScanner(b *testing.B) {
	piece := []byte(strings.Repeat("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" word\"}}\n\n", 30))
	var s sse.Scanner
	b.SetBytes(int64(len(piece)))
	b.ReportAllocs()
	for b.Loop() {
		rest := piece
		for ok := true; ok; {
			_, rest, ok = s.Next(rest)
		}
	}
}

// What has begun and what the end of the stream leaves, after each split.
func TestBegunAndEnd(t *testing.T) {
	for name, test := range map[string]struct {
		stream string
		begun  event
		left   []event
	}{
		"nothing":           {"", event{}, nil},
		"after an event":    {"data: 1\n\n", event{}, nil},
		"a beginning":       {"event: a\ndata: {\"ty", event{name: "a", data: "{\"ty"}, []event{{name: "a", data: "{\"ty"}}},
		"a line":            {"event: a\ndata: 1\n", event{name: "a", data: "1"}, []event{{name: "a", data: "1"}}},
		"two lines":         {"data: 1\ndata: 2", event{data: "1"}, []event{{data: "1\n2"}}},
		"a name alone":      {"data: 1\n\nevent: a\n", event{name: "a"}, nil},
		"a name not ended":  {"event: a", event{}, nil},
		"a comment":         {": data: 1", event{}, nil},
		"carriage return":   {"data: 1\r", event{data: "1"}, []event{{data: "1"}}},
		"after two of them": {"data: 1\r\r", event{}, nil},
	} {
		for _, size := range []int{1, 3, 100} {
			var s sse.Scanner
			for piece := range slices.Chunk([]byte(test.stream), size) {
				for ok := true; ok; {
					_, piece, ok = s.Next(piece)
				}
			}
			if e := s.Begun(); (event{string(e.Name), string(e.Data), e.Cut}) != test.begun {
				t.Errorf("%s in pieces of %d: begun %q %q", name, size, e.Name, e.Data)
			}
			var left []event
			for e, ok := s.End(); ok; e, ok = s.End() {
				left = append(left, event{string(e.Name), string(e.Data), e.Cut})
			}
			if !slices.Equal(left, test.left) {
				t.Errorf("%s in pieces of %d: left %v", name, size, left)
			}
		}
	}
}

func TestAccepts(t *testing.T) {
	for accept, want := range map[string]bool{
		"text/event-stream": true, "application/json, text/event-stream;q=0.5": true,
		"": false, "*/*": false, "application/json": false,
	} {
		if got := sse.Accepts(http.Header{"Accept": {accept}}); got != want {
			t.Errorf("Accepts(%q) = %v", accept, got)
		}
	}
}

func TestFormOf(t *testing.T) {
	for body, want := range map[string]sse.Form{
		"event: a\n": sse.Events, "data:1": sse.Events, "id\n": sse.Events, "retry: 1": sse.Events, ":": sse.Events,
		"\ufeff\r\n data: 1": sse.Events, "data\r": sse.Events,
		"{": sse.JSON, " \n\t{\"a\":1}": sse.JSON, "\ufeff{": sse.JSON,
		"<!doctype": sse.Page, "\n<": sse.Page,
		"database": sse.Other, "hello": sse.Other, "[1]": sse.Other, "Data: 1": sse.Other, "ide\n": sse.Other, "\x1f\x8b": sse.Other,
	} {
		decided := false
		for end := range len(body) + 1 {
			switch got := sse.FormOf([]byte(body[:end])); {
			case got == want:
				decided = true
			case got != sse.Unclear || decided:
				t.Errorf("FormOf(%q) = %d, want %d of %q", body[:end], got, want, body)
			}
		}
		if !decided {
			t.Errorf("FormOf(%q) is unclear", body)
		}
	}
}

// A large event leaves no large buffer behind.
func TestLargeEventsCostNoMemoryLater(t *testing.T) {
	var s sse.Scanner
	large := []byte("data: " + strings.Repeat("x", sse.MaxEvent/2))
	s.Next(large)
	if _, _, ok := s.Next([]byte("\n\n")); !ok {
		t.Fatal("no event")
	}
	if e, _, _ := s.Next([]byte("data: 1\n\n")); cap(e.Data) > 1<<10 {
		t.Errorf("%d bytes are kept", cap(e.Data))
	}
}
