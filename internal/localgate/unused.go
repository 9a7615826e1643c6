package localgate

import (
	"context"
	"path/filepath"
	"time"

	"github.com/seed-810f1486/multiaccount/persistence"
)

const (
	// unusedLook is how often a gateway looks whether somebody uses it.
	unusedLook = time.Second
	// unusedLooks is how many looks in a row must find nobody: programs of a script
	// follow one another.
	unusedLooks = 3
)

// AwaitUnused returns when nobody has used the gateway for a few seconds. From then
// on who wants to use it waits until this process has ended, and starts another one.
// It returns early, with nil, when ctx ends. The result has to be kept until the end.
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
