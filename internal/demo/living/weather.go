package living

import (
	"context"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/wait"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// When troubles come.
const (
	betweenTroubles = 40 * time.Second
	outageTime      = 3 * time.Second
	limitTime       = 20 * time.Second
	// deviceInterval is between two polls of a device login, and readTime how long
	// somebody takes to type in its code.
	deviceInterval = time.Second
	readTime       = 6 * time.Second
)

// weather has troubles come and go, one after the other.
func (d *Demo) weather(ctx context.Context) {
	troubles := []func(context.Context){d.endToken, d.limit, d.outage(providertest.OpenAI), d.outage(providertest.Anthropic)}
	for n := 0; wait.For(ctx, betweenTroubles) == nil; n++ {
		troubles[n%len(troubles)](ctx)
	}
}

func (d *Demo) endToken(context.Context) { d.actors["ada@example.com"].Expire() }

// limit has the next request of one account meet a limit of no window.
func (d *Demo) limit(context.Context) {
	d.actors["frances@example.com"].Next(providertest.Limited(providertest.RetryAfter(limitTime)))
}

func (d *Demo) outage(f providertest.Flavour) func(context.Context) {
	return func(ctx context.Context) {
		answer := providertest.Unavailable()
		if f == providertest.Anthropic {
			answer = providertest.Overloaded()
		}
		d.srv.StartOutage(f, answer)
		_ = wait.For(ctx, outageTime) // its end ends the loop
		d.srv.EndOutage(f)
	}
}

// approve types in the code of each device login.
func (d *Demo) approve(ctx context.Context) {
	for {
		code, err := d.srv.WaitDevice(ctx)
		if err != nil || wait.For(ctx, readTime) != nil {
			return
		}
		d.actors["margaret@example.com"].ApproveDevice(code)
	}
}
