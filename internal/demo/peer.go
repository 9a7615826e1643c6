package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
)

// Spawn returns a command, not started yet, that calls [Join] with its
// standard input and output, and that is killed when ctx has ended and a while
// has passed. A run calls it for each of its processes but the first.
type Spawn func(ctx context.Context) *exec.Cmd

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
	_ = started.orders.Encode(p) // one that cannot hear it will not get ready
	return started, nil
}

// ready waits until the process has opened its engine.
func (p *peer) ready() error {
	if err := p.hear(); err != nil {
		return fmt.Errorf("process %d did not get ready: %w", p.number, err)
	}
	return nil
}

// hear waits for the next report. An error means that there will be none.
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

// play has the process send its requests, and returns when it has ended, with
// what went wrong with it.
func (p *peer) play() error {
	_ = p.orders.Encode("begin") // one that cannot hear it any more ends in an error
	for told := true; told; {
		told = p.hear() == nil
	}
	return p.end()
}

// end waits until the process has ended, and returns how if not well.
func (p *peer) end() error {
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("process %d: %w", p.number, err)
	}
	return nil
}

// copied returns what the process told last of its ledger.
func (p *peer) copied() counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := noCounts()
	c.merge(&p.last.Counts)
	return c
}
