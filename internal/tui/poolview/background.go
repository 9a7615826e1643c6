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

// background runs work that must not block the screen, which waits for it at its
// end.
type background struct {
	ctx    context.Context //nolint:containedctx // it ends with the screen, whose commands take none
	cancel context.CancelFunc

	mu     sync.Mutex
	closed bool
	busy   sync.WaitGroup
}

func newBackground(ctx context.Context) *background {
	b := &background{}
	b.ctx, b.cancel = context.WithCancel(ctx)
	return b
}

// ask does work that the end of the screen ends.
func (b *background) ask(limit time.Duration, work func(context.Context) tea.Msg) tea.Cmd {
	return b.do(b.ctx, limit, work)
}

// change does work that the end of the screen waits for: what its owner wanted
// stored is stored.
func (b *background) change(limit time.Duration, work func(context.Context) tea.Msg) tea.Cmd {
	return b.do(context.WithoutCancel(b.ctx), limit, work)
}

func (b *background) do(ctx context.Context, limit time.Duration, work func(context.Context) tea.Msg) tea.Cmd {
	return func() tea.Msg {
		if !b.enter() {
			return nil
		}
		defer b.busy.Done()
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		return work(ctx)
	}
}

func (b *background) enter() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.busy.Add(1)
	return true
}

// dismiss ends what can be ended and waits for the rest.
func (b *background) dismiss() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.cancel()
	b.busy.Wait()
}

// wake tells the time in a moment.
func (b *background) wake(after time.Duration, clock func() time.Time) tea.Cmd {
	return b.ask(after+lookTime, func(ctx context.Context) tea.Msg {
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
