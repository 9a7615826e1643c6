package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/seed-810f1486/multiaccount/internal/wait"
)

// part is what another process has to play in a run: the first line that it
// reads. A second line, whatever is in it, begins the requests. The end of the
// input ends them.
type part struct {
	Dir       string
	Addresses addresses
	Options   Options
	// Process is which of the run's processes it is, the first being 0.
	Process int
}

// report is a line that another process writes: the first when it is ready,
// the last when its engine is closed.
type report struct {
	Counts counts
	// Left are the stacks of the goroutines that were left in the end.
	Left []string
}

// guest is another process of a run, seen from within.
type guest struct {
	part
	book *ledger
	out  *json.Encoder
}

// Join is the life of a process that a [Spawn] has started: it reads its part
// in a run from in, and writes what comes of it to out. The end of in or ctx
// ends it early, yet in good order. The error says why it could not play its
// part.
func Join(ctx context.Context, in io.Reader, out io.Writer) error {
	g := &guest{book: newLedger(), out: json.NewEncoder(out)}
	orders := json.NewDecoder(in)
	if err := orders.Decode(&g.part); err != nil {
		return fmt.Errorf("reading the part in a run: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	begin := make(chan struct{})
	go obey(orders, begin, cancel)
	return g.play(ctx, begin)
}

// obey closes begin at the order to begin, and calls end at the input's end,
// which may come after all else has ended.
func obey(orders *json.Decoder, begin chan<- struct{}, end context.CancelFunc) {
	defer end()
	var order json.RawMessage
	if orders.Decode(&order) != nil {
		return
	}
	close(begin)
	_ = orders.Decode(&order) // no order follows, only the end
}

// play opens an engine on the run's folder, sends requests, closes it and
// looks what is left.
func (g *guest) play(ctx context.Context, begin <-chan struct{}) error {
	before := running()
	h, err := openHost(ctx, g.Dir, g.Addresses)
	if err != nil {
		return fmt.Errorf("opening the engine: %w", err)
	}
	ready := g.tell(nil)
	select {
	case <-begin:
	case <-ctx.Done():
	}
	served := g.serve(ctx, h)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closingTime)
	defer cancel()
	err = errors.Join(ready, served, h.close(closing))
	return errors.Join(err, g.tell(before.left(windDown)))
}

// serve has the workers send requests, and tells of them all the while.
func (g *guest) serve(ctx context.Context, h *host) (untold error) {
	enough, cancel := context.WithTimeout(ctx, g.Options.Duration)
	defer cancel()
	serving, served := context.WithCancel(context.WithoutCancel(ctx))
	var telling sync.WaitGroup
	telling.Go(func() {
		for untold == nil && wait.For(serving, sampling) == nil {
			untold = g.tell(nil)
		}
	})
	(&crowd{host: h, book: g.book, options: g.Options, process: g.Process}).work(ctx, enough)
	served()
	telling.Wait()
	return untold
}

func (g *guest) tell(left []string) error {
	if err := g.out.Encode(report{Counts: g.book.copied(), Left: left}); err != nil {
		return fmt.Errorf("telling of the requests: %w", err)
	}
	return nil
}
