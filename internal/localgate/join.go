package localgate

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// Join returns where the gateway of a directory serves, and has start start one
// where none does. One that was started so ends some time after the last of its
// users has released its hold, or has ended.
func Join(ctx context.Context, dir string, start func(context.Context) (Place, error)) (p Place, hold *persistence.Hold, err error) {
	hold, err = persistence.Share(ctx, filepath.Join(dir, usersLock))
	if err != nil {
		return p, nil, err
	}
	p, ok, err := Find(dir)
	if err == nil && !ok {
		p, err = startOnce(ctx, dir, start)
	}
	if err != nil {
		return Place{}, nil, errors.Join(err, hold.Release())
	}
	return p, hold, nil
}

// startOnce starts a gateway, unless another process has done so meanwhile.
func startOnce(ctx context.Context, dir string, start func(context.Context) (Place, error)) (p Place, err error) {
	lock, err := persistence.Take(ctx, filepath.Join(dir, startLock))
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	p, ok, err := Find(dir)
	if ok || err != nil {
		return p, err
	}
	return start(ctx)
}
