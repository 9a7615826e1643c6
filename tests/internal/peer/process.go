package peer

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// backlog is how many lines a child may be ahead of its reader.
const backlog = 1024

// noExitSleep keeps a child with a race detector from waiting a second at its end.
const noExitSleep = "GORACE=atexit_sleep_ms=0"

// Process is a child, seen from the test that started it. It is for one
// goroutine at a time.
type Process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	orders *json.Encoder
	lines  chan Line
	stderr bytes.Buffer
	wait   func() error
}

// Start starts program as a child, with more in its environment ("KEY=value").
// It does not wait until the child is [Process.Ready]. A child that still runs
// at the test's end is killed.
func Start(tb testing.TB, program string, c Config, environment ...string) *Process {
	tb.Helper()
	p := &Process{cmd: exec.CommandContext(tb.Context(), program), lines: make(chan Line, backlog)}
	p.cmd.Env = append(os.Environ(), variable+"=1", noExitSleep)
	p.cmd.Env = append(p.cmd.Env, environment...)
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	rig.Must(tb, err)
	p.in, err = p.cmd.StdinPipe()
	rig.Must(tb, err)
	rig.Must(tb, p.cmd.Start())
	p.wait = sync.OnceValue(p.cmd.Wait)
	p.orders = json.NewEncoder(p.in)
	go p.read(out)
	tb.Cleanup(func() { p.end(tb) })
	rig.Must(tb, p.orders.Encode(c))
	return p
}

// read passes the child's lines on until its output ends. A line that was cut
// off by the child's death was never told.
func (p *Process) read(out io.Reader) {
	defer close(p.lines)
	for lines := json.NewDecoder(out); ; {
		var l Line
		if err := lines.Decode(&l); err != nil {
			return
		}
		p.lines <- l
	}
}

// end kills the child if it still runs.
func (p *Process) end(tb testing.TB) {
	p.Kill()
	for range p.lines { // until the reader is gone
	}
	_ = p.wait() // it was killed, or has been waited for
	if tb.Failed() && p.stderr.Len() > 0 {
		tb.Logf("process %d: %s", p.ID(), p.stderr.String())
	}
}

// ID is the process id.
func (p *Process) ID() int { return p.cmd.Process.Pid }

// Kill sends SIGKILL. It does not wait.
func (p *Process) Kill() { _ = p.cmd.Process.Kill() } // one that has ended needs none

// Next returns the child's next line, and false when it is dead and has told
// all.
func (p *Process) Next(tb testing.TB) (Line, bool) {
	tb.Helper()
	timer := time.NewTimer(rig.Patience)
	defer timer.Stop()
	select {
	case l, ok := <-p.lines:
		return l, ok
	case <-timer.C:
		tb.Fatalf("process %d tells nothing", p.ID())
		return Line{}, false
	}
}

// Ready waits until the child's engine is open.
func (p *Process) Ready(tb testing.TB) {
	tb.Helper()
	p.Result(tb, nil)
}

// Order has the child begin a work.
func (p *Process) Order(tb testing.TB, work string, arg any) {
	tb.Helper()
	raw, err := json.Marshal(arg)
	rig.Must(tb, err)
	rig.Must(tb, p.orders.Encode(order{Work: work, Arg: raw}))
}

// Result waits until a work has ended, which it must without an error, and
// stores what it returned in result. Notes are passed over.
func (p *Process) Result(tb testing.TB, result any) {
	tb.Helper()
	for {
		l, alive := p.Next(tb)
		switch {
		case !alive:
			tb.Fatalf("process %d ended: %v\n%s", p.ID(), p.wait(), p.stderr.String())
		case l.Done == nil:
			continue
		case l.Done.Error != "":
			tb.Fatalf("process %d: %s", p.ID(), l.Done.Error)
		}
		if result != nil {
			rig.Must(tb, json.Unmarshal(l.Done.Result, result))
		}
		return
	}
}

// Note waits for the next note and stores it in note.
func (p *Process) Note(tb testing.TB, note any) {
	tb.Helper()
	l, alive := p.Next(tb)
	if !alive || l.Note == nil {
		tb.Fatalf("process %d: no note, but %+v", p.ID(), l)
	}
	rig.Must(tb, json.Unmarshal(l.Note, note))
}

// Do is Order and Result.
func Do[Result any](tb testing.TB, p *Process, work string, arg any) Result {
	tb.Helper()
	p.Order(tb, work, arg)
	var result Result
	p.Result(tb, &result)
	return result
}

// Close ends the child as a user does, which it must without an error.
func (p *Process) Close(tb testing.TB) {
	tb.Helper()
	rig.Must(tb, p.in.Close())
	for {
		if _, alive := p.Next(tb); !alive {
			break
		}
	}
	if err := p.wait(); err != nil {
		tb.Errorf("process %d: %v\n%s", p.ID(), err, p.stderr.String())
	}
}
