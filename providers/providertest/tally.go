package providertest

import (
	"context"
	"sync"
)

// tally counts, and wakes those who wait for a number. Its zero value is 0.
type tally struct {
	mu      sync.Mutex
	n       int
	changed chan struct{} // closed by the next add; nil while nobody waits
}

func (c *tally) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

// wait returns when the count is n or more, else with ctx's error.
func (c *tally) wait(ctx context.Context, n int) error {
	for {
		now, changed := c.next()
		if now >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// next returns the count, and a channel that is closed when it changes.
func (c *tally) next() (now int, changed <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return c.n, c.changed
}

func (c *tally) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}
