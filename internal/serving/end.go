package serving

import (
	"context"
	"errors"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/internal/localgate"
	"github.com/seed-810f1486/multiaccount/internal/wait"
)

// parentLook is how often serve checks whether its parent still runs.
const parentLook = time.Second

// ending says when serve ends by itself.
type ending struct {
	idle   time.Duration
	parent int
	stdin  bool
	// used makes it end when no other program of the user uses it.
	used bool
}

func (e *ending) add(f *pflag.FlagSet) {
	f.DurationVar(&e.idle, "idle-exit", 0, "end when no request was under way for so long, as 10m; 0 for never")
	f.IntVar(&e.parent, "parent-pid", 0, "end when the process of this number has ended; on Unix")
	f.BoolVar(&e.stdin, "stdin-exit", false, "end when standard input is closed")
	f.BoolVar(&e.used, "while-used", false, "end when the last program that \"multiaccount run AGENT\" has started is gone")
}

// ofAnother reports whether it ends with another process, whoever else uses it.
func (e *ending) ofAnother() bool { return e.stdin || e.parent > 0 || e.idle > 0 }

func (e *ending) check() error {
	switch {
	case e.idle < 0:
		return flagError("--idle-exit is a length of time, as 10m; 0 for never")
	case e.parent < 0:
		return flagError("--parent-pid is the number of a process")
	}
	return nil
}

// watch returns a context that ends when serve has to end by itself, and with ctx at
// the latest. The goroutines that it starts end with that context, except the one that
// reads stdin. stop is called when no request is under way.
func (s *server) watch(ctx context.Context) (ending context.Context, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	e, g := &s.ending, s.site.Gateway
	ended := make(chan struct{})
	if e.idle > 0 {
		go func() { awaitIdle(ctx, g, e.idle); cancel() }()
	}
	if e.parent > 0 {
		go func() { awaitParent(ctx, e.parent); cancel() }()
	}
	if e.stdin {
		go func() { _, _ = io.Copy(io.Discard, s.host.In); cancel() }() // it ends however it ends
	}
	if e.used {
		go awaitUnused(ctx, s.site.Dir, cancel, ended)
	}
	return ctx, func() { cancel(); close(ended) }
}

// awaitUnused calls unused when nobody uses the gateway, and keeps others from
// joining it until it has ended.
func awaitUnused(ctx context.Context, dir string, unused func(), ended <-chan struct{}) {
	alone := localgate.AwaitUnused(ctx, dir)
	if alone == nil {
		return
	}
	unused()
	<-ended
	_ = alone.Release() // the end of the process releases it too
}

// awaitIdle returns when the gateway was idle for d.
func awaitIdle(ctx context.Context, g *gateway.Gateway, d time.Duration) {
	for left := d; left > 0; left = d - g.Idle() {
		if wait.For(ctx, left) != nil {
			return
		}
	}
}

// awaitParent returns when the process has ended. It keeps a handle of that process, so
// that another process with the same id is not taken for it.
func awaitParent(ctx context.Context, pid int) {
	parent, err := os.FindProcess(pid)
	if err != nil {
		return // it has ended already
	}
	defer parent.Release() //nolint:errcheck // a handle to read
	for !errors.Is(parent.Signal(syscall.Signal(0)), os.ErrProcessDone) {
		if wait.For(ctx, parentLook) != nil {
			return
		}
	}
}
