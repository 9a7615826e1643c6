package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// Spawn returns a command, not started yet, that calls [Join] with its
// standard input and output, and that is killed when ctx has ended and a while
// has passed. A run calls it for each of its processes but the first.
type Spawn func(ctx context.Context) *exec.Cmd

// startingTime is how long another process may take until it is ready.
const startingTime = 30 * time.Second

// peer is another process of a run, seen from the first.
type peer struct {
	number  int
	cmd     *exec.Cmd
	orders  *json.Encoder
	reports *json.Decoder

	mu   sync.Mutex
	last report
}

// startPeer starts a process and gives it its part. When ctx ends, it is asked
// to end, and killed if it does not.
func startPeer(ctx context.Context, spawn Spawn, p part) (*peer, error) {
	cmd := spawn(ctx)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Cancel = func() error {
		return errors.Join(in.Close(), os.ErrProcessDone) // it ends by itself, which is no error
	}
	cmd.WaitDelay = closingTime + windDown
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	started := &peer{number: p.Process + 1, cmd: cmd, orders: json.NewEncoder(in), reports: json.NewDecoder(out)}
	return started, started.orders.Encode(p)
}

// hear waits for the next report. The error is io.EOF when the process has
// told all it will.
func (p *peer) hear() error {
	var r report
	if err := p.reports.Decode(&r); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = r
	return nil
}

// play has the process send its requests, and returns when it has ended. What
// goes wrong shows in how it ends.
func (p *peer) play() {
	_ = p.orders.Encode("begin")
	for p.hear() == nil { // until it ends
	}
}
