package localgate

import (
	"context"
	"path/filepath"
	"time"

	"github.com/seed-810f1486/multiaccount/persistence"
)

const (
	// unusedLook is how often a gateway checks whether somebody uses it.
	unusedLook = time.Second
	// unusedLooks is how many checks in a row must find nobody: a script may start one
	// program after the other.
	unusedLooks = 3
)

// AwaitUnused returns when nobody has used the gateway for a few seconds. From then on
// programs that want to use it wait until this process has ended, and start another
// gateway. It returns nil when ctx ends before. Keep the result until the process ends.
func AwaitUnused(ctx context.Context, dir string) *persistence.Hold {
	tick := time.NewTicker(unusedLook)
	defer tick.Stop()
	for unused := 0; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		lock, err := persistence.TryTake(filepath.Join(dir, usersLock))
		switch unused++; {
		case err != nil || lock == nil:
			unused = 0
		case unused < unusedLooks:
			_ = lock.Release() // if it cannot, it has ended
		default:
			return lock
		}
	}
}
