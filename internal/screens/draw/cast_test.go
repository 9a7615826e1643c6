package draw

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func events(texts ...string) (all []Event) {
	for i, text := range texts {
		all = append(all, Event{time.Duration(i) * time.Second, text})
	}
	return all
}

// A recording comes back as it was written, and without what is no output.
func TestCastIsReadBack(t *testing.T) {
	c := &Cast{Title: "t", Width: 20, Height: 2, Events: events("one\r\n", "\x1b[31mtwo\x1b[m")}
	var file bytes.Buffer
	if err := c.Write(&file); err != nil {
		t.Fatal(err)
	}
	file.WriteString(`[3, "i", "typed"]` + "\n")
	got, err := ReadCast(&file)
	if err != nil || got.Title != "t" || got.Width != 20 || len(got.Events) != 2 || got.Events[1] != c.Events[1] {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := ReadCast(strings.NewReader("{}\n")); err == nil {
		t.Error("what is no recording was read")
	}
}

// A line shows from when it was written until it was written over, the last screen
// until the end; waits are shortened.
func TestPlay(t *testing.T) {
	c := &Cast{Width: 20, Height: 2, Events: events("one", "\rtwo", "\r\nthree")}
	c.Events[2].At = time.Hour
	all, end := c.play()
	if len(all) != 3 || end != time.Second+longest+rest {
		t.Fatalf("%d stretches until %v: %+v", len(all), end, all)
	}
	for i, want := range []struct {
		text     string
		from, to time.Duration
	}{{"one", 0, time.Second}, {"two", time.Second, end}, {"three", time.Second + longest, end}} {
		if s := all[i]; !strings.Contains(s.line, want.text) || s.from != want.from || s.to != want.to {
			t.Errorf("%+v, want %+v", s, want)
		}
	}
}
