package poolview

import (
	"context"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	// lookTime bounds a question to the engine, changeTime a change that is
	// stored, askTime one for which the provider is asked.
	lookTime   = 10 * time.Second
	changeTime = 15 * time.Second
	askTime    = time.Minute
	// loginTime is how long a login waits for its owner.
	loginTime = 10 * time.Minute
)

// crew does what must not hold up the screen, and is waited for at its end.
type crew struct {
	ctx    context.Context //nolint:containedctx // it ends with the screen, whose commands take none
	cancel context.CancelFunc

	mu     sync.Mutex
	closed bool
	busy   sync.WaitGroup
}

func newCrew(ctx context.Context) *crew {
	c := &crew{}
	c.ctx, c.cancel = context.WithCancel(ctx)
	return c
}

// ask does work that the end of the screen ends.
func (c *crew) ask(limit time.Duration, work func(context.Context) tea.Msg) tea.Cmd {
	return c.do(c.ctx, limit, work)
}

// change does work that the end of the screen waits for: what its owner wanted
// stored is stored.
func (c *crew) change(limit time.Duration, work func(context.Context) tea.Msg) tea.Cmd {
	return c.do(context.WithoutCancel(c.ctx), limit, work)
}

func (c *crew) do(ctx context.Context, limit time.Duration, work func(context.Context) tea.Msg) tea.Cmd {
	return func() tea.Msg {
		if !c.enter() {
			return nil
		}
		defer c.busy.Done()
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		return work(ctx)
	}
}

func (c *crew) enter() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.busy.Add(1)
	return true
}

// dismiss ends what can be ended and waits for the rest.
func (c *crew) dismiss() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.cancel()
	c.busy.Wait()
}

// wake tells the time in a moment.
func (c *crew) wake(after time.Duration, clock func() time.Time) tea.Cmd {
	return c.ask(after+lookTime, func(ctx context.Context) tea.Msg {
		timer := time.NewTimer(after)
		defer timer.Stop()
		select {
		case <-timer.C:
			return ticked{clock()}
		case <-ctx.Done():
			return nil
		}
	})
}
