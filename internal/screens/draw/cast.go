package draw

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/vt"
)

// Cast is a recording of a terminal in the form of asciinema, version 2.
type Cast struct {
	Title         string
	Width, Height int
	Events        []Event
}

// Event is what a program wrote, and when, from the beginning on.
type Event struct {
	At   time.Duration
	Text string
}

type castHeader struct {
	Version int    `json:"version"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Title   string `json:"title,omitempty"`
}

// Write writes the recording.
func (c *Cast) Write(w io.Writer) error {
	out := json.NewEncoder(w)
	err := out.Encode(castHeader{2, c.Width, c.Height, c.Title})
	for _, e := range c.Events {
		if err != nil {
			return err
		}
		err = out.Encode([]any{e.At.Round(time.Millisecond).Seconds(), "o", e.Text})
	}
	return err
}

// maxLine bounds a line of a recording.
const maxLine = 1 << 20

// ReadCast reads a recording. Events other than output are left out.
func ReadCast(r io.Reader) (*Cast, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	var head castHeader
	if lines.Scan(); json.Unmarshal(lines.Bytes(), &head) != nil || head.Version != 2 {
		return nil, fmt.Errorf("this is no recording of asciinema's version 2: %q", lines.Text()) //nolint:err113 // told to a person
	}
	c := &Cast{Title: head.Title, Width: head.Width, Height: head.Height}
	for lines.Scan() {
		var at float64
		var kind, text string
		if err := json.Unmarshal(lines.Bytes(), &[]any{&at, &kind, &text}); err != nil {
			return nil, err
		}
		if kind == "o" {
			c.Events = append(c.Events, Event{time.Duration(at * float64(time.Second)), text})
		}
	}
	return c, lines.Err()
}

const (
	// frame is how long a screen has to stand still to be drawn, longest how long it
	// then stays: nobody wants to watch a program that waits.
	frame = 120 * time.Millisecond
	// busiest is the longest while the screen changes all the time.
	busiest = 400 * time.Millisecond
	longest = 1500 * time.Millisecond
	// rest is how long the last picture stays.
	rest = 5 * time.Second
)

// stretch is a time in which a line shows the same.
type stretch struct {
	line     string
	from, to time.Duration
}

// Movie draws a recording as one picture that moves, over and over; the last screen
// stands still for those who want no motion.
func (c *Cast) Movie() string {
	all, end := c.play()
	var b, styles strings.Builder
	times := map[[2]time.Duration]string{}
	for _, s := range all {
		if key := [2]time.Duration{s.from, s.to}; times[key] == "" {
			times[key] = fmt.Sprintf("t%d", len(times))
			styles.WriteString(keyframes(times[key], s, end))
		}
	}
	fmt.Fprintf(&styles, "    @media (prefers-reduced-motion: reduce) { g { animation: none !important; } .gone { visibility: hidden; } }\n")
	begin(&b, c.Title, styles.String(), c.Width, c.Height)
	for _, s := range all {
		class := times[[2]time.Duration{s.from, s.to}]
		if s.to < end {
			class += " gone"
		}
		fmt.Fprintf(&b, "<g class=\"%s\">\n%s</g>\n", class, s.line)
	}
	return b.String() + "</svg>\n"
}

// keyframes has what is of a class show in its stretch alone.
func keyframes(class string, s stretch, end time.Duration) string {
	share := func(t time.Duration) float64 { return 100 * t.Seconds() / end.Seconds() }
	steps := fmt.Sprintf("%.2f%% { visibility: visible; }", share(s.from))
	if s.from > 0 {
		steps = "0% { visibility: hidden; } " + steps
	}
	if s.to < end {
		steps += fmt.Sprintf(" %.2f%% { visibility: hidden; }", share(s.to))
	}
	return fmt.Sprintf("    @keyframes %s { %s } .%s { animation: %s %.1fs step-end infinite; }\n", class, steps, class, class, end.Seconds())
}

// play returns what each line showed and when, in time without long waits.
func (c *Cast) play() (all []stretch, end time.Duration) {
	screen := vt.NewEmulator(c.Width, c.Height)
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(io.Discard, screen) // what a terminal would answer
	}()
	now := make([]stretch, c.Height)
	var clock, last, drawn time.Duration
	for i, e := range c.Events {
		_, _ = screen.Write([]byte(e.Text)) // an emulator cannot fail
		clock += min(e.At-last, longest)
		last = e.At
		if i+1 < len(c.Events) && c.Events[i+1].At-e.At < frame && clock-drawn < busiest {
			continue
		}
		drawn = clock
		for y := range now {
			if shown := line(screen, y); shown != now[y].line {
				all = now[y].ended(all, clock)
				now[y] = stretch{line: shown, from: clock}
			}
		}
	}
	end = clock + rest
	for y := range now {
		all = now[y].ended(all, end)
	}
	if input, ok := screen.InputPipe().(io.Closer); ok {
		_ = input.Close() // it ends the reader
	}
	<-read
	return all, end
}

func (s stretch) ended(all []stretch, at time.Duration) []stretch {
	if s.line == "" || s.from == at {
		return all
	}
	s.to = at
	return append(all, s)
}
