package etcd_test

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// refreshTime is the provider's timeout in engines of tests. It is longer than a busy
// machine lets a process wait.
const refreshTime = 8 * time.Second

// order has an engine do something with an account: acquire, refresh or say its state, or
// look at the register of that name or change it to Value. Its answer is a line.
type order struct{ Work, Account, Value string }

type answer struct {
	// Sending is set when an exchange waits before its request is sent.
	Sending bool   `json:",omitempty"`
	Token   string `json:",omitempty"`
	// Saw is what a register held, Refused that its change is not stored.
	Saw     string `json:",omitempty"`
	Refused bool   `json:",omitempty"`
	Error   string `json:",omitempty"`
}

// engine is an engine process, seen from its test.
type engine struct {
	tb    testing.TB
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan answer
	end   sync.Once
}

func startEngine(tb testing.TB, c engineConfig) *engine {
	tb.Helper()
	config, err := json.Marshal(c)
	if err != nil {
		tb.Fatal(err)
	}
	e := &engine{tb: tb, cmd: exec.Command(os.Args[0]), lines: make(chan answer, 100)}
	e.cmd.Env = append(os.Environ(), engineVariable+"="+string(config))
	e.cmd.Stderr = os.Stderr
	out, err := e.cmd.StdoutPipe()
	if err == nil {
		e.in, err = e.cmd.StdinPipe()
	}
	if err == nil {
		err = e.cmd.Start()
	}
	if err != nil {
		tb.Fatal(err)
	}
	go func() {
		defer close(e.lines)
		for lines := json.NewDecoder(out); ; {
			var a answer
			if lines.Decode(&a) != nil {
				return
			}
			e.lines <- a
		}
	}()
	tb.Cleanup(e.kill)
	e.next() // ready
	return e
}

// kill ends the process at once.
func (e *engine) kill() {
	e.end.Do(func() {
		_ = e.cmd.Process.Kill()
		for range e.lines { // until its reader is gone
		}
		_ = e.cmd.Wait()
	})
}

func (e *engine) order(work, account string) {
	line, err := json.Marshal(order{Work: work, Account: account})
	if err == nil {
		_, err = e.in.Write(append(line, '\n'))
	}
	if err != nil {
		e.tb.Error(err)
	}
}

func (e *engine) next() answer {
	e.tb.Helper()
	select {
	case a, ok := <-e.lines:
		if !ok {
			e.tb.Fatal("an engine has ended")
		}
		return a
	case <-time.After(2 * long):
		e.tb.Fatal("an engine tells nothing")
		return answer{}
	}
}

func (e *engine) do(work, account string) answer {
	e.order(work, account)
	return e.next()
}
