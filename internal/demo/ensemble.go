package demo

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// spareTime is how long another process may take for all but its requests.
const spareTime = patience + 2*closingTime

// ensemble is the processes of a run other than the first.
type ensemble struct {
	peers []*peer
	// release ends the processes that have not ended.
	release context.CancelFunc

	mu     sync.Mutex
	failed []string
}

// assemble starts the processes and waits until each is ready; first is the
// part of the run's first process. None is left when there is an error. The
// end of ctx ends them, as does taking far too long.
func (e *ensemble) assemble(ctx context.Context, spawn Spawn, first part) error {
	ctx, e.release = context.WithTimeout(ctx, first.Options.Duration+spareTime)
	err := e.start(ctx, spawn, first)
	for _, p := range e.peers {
		if err == nil {
			err = p.ready()
		}
	}
	if err != nil {
		return errors.Join(err, e.dismiss())
	}
	return nil
}

func (e *ensemble) start(ctx context.Context, spawn Spawn, first part) error {
	for n := 1; n < first.Options.Processes; n++ {
		next := first
		next.Process = n
		p, err := startPeer(ctx, spawn, next)
		if err != nil {
			return fmt.Errorf("starting process %d: %w", n+1, err)
		}
		e.peers = append(e.peers, p)
	}
	return nil
}

// dismiss ends processes that have not begun.
func (e *ensemble) dismiss() error {
	e.release()
	var errs []error
	for _, p := range e.peers {
		errs = append(errs, p.end())
	}
	return errors.Join(errs...)
}

// play has all processes send their requests, and returns when all have ended.
func (e *ensemble) play() {
	defer e.release()
	var playing sync.WaitGroup
	for _, p := range e.peers {
		playing.Go(func() {
			if err := p.play(); err != nil {
				e.fail(err)
			}
		})
	}
	playing.Wait()
}

func (e *ensemble) fail(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failed = append(e.failed, err.Error())
}

// left are the stacks of the goroutines that the processes left behind.
func (e *ensemble) left() []string {
	stacks := []string{}
	for _, p := range e.peers {
		stacks = append(stacks, p.last.Left...)
	}
	return stacks
}
