// Package wait waits for a time that a context may cut short.
package wait

import (
	"context"
	"time"
)

// For returns when d is over. When ctx ends before, it returns ctx's error then.
func For(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}
