package sse_test

import (
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
	var s sse.Scanner
	var found []event
	for piece := range slices.Chunk([]byte(stream), size) {
		for rest := piece; ; {
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
		if len(stream) == 0 || len(stream) > sse.MaxEvent || size < 1 {
			return
		}
		if got, want := scan(stream, size), reference(stream); !slices.Equal(got, want) {
			t.Errorf("in pieces of %d: %+v, want %+v", size, got, want)
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
