package peer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// Child is a process that does what it is told. It is safe for concurrent use.
type Child struct {
	Config Config
	Engine *multiaccount.Engine
	Pool   *multiaccount.Pool

	mu  sync.Mutex
	out *json.Encoder
}

// Work is something a child can do. ctx ends with the child's input.
type Work func(ctx context.Context, c *Child, arg json.RawMessage) (any, error)

// Does makes a work of a function with an argument of its own type.
func Does[Arg, Result any](do func(context.Context, *Child, Arg) (Result, error)) Work {
	return func(ctx context.Context, c *Child, raw json.RawMessage) (any, error) {
		var arg Arg
		if err := json.Unmarshal(raw, &arg); err != nil {
			return nil, err
		}
		return do(ctx, c, arg)
	}
}

// Run is the main function of a child. It returns when in has ended and the
// engine is closed, with what went wrong.
func Run(works map[string]Work, in io.Reader, out io.Writer) error {
	orders := json.NewDecoder(in)
	c := &Child{out: json.NewEncoder(out)}
	if err := orders.Decode(&c.Config); err != nil {
		return fmt.Errorf("reading the config: %w", err)
	}
	if err := c.open(); err != nil {
		return err
	}
	c.done(nil, nil)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var working sync.WaitGroup
	for {
		var o order
		if err := orders.Decode(&o); err != nil {
			cancel()
			working.Wait()
			return c.close(err)
		}
		working.Go(func() { c.done(c.do(ctx, works, o)) })
	}
}

func (c *Child) open() (err error) {
	provider := rig.Hasty(anthropic.New(anthropic.Options{BaseURL: c.Config.BaseURL, TokenURL: c.Config.TokenURL}), c.Config.RefreshTimeout)
	s := rig.Settings()
	s.AccountSelectionStrategy = settings.StrategyRoundRobin // each request moves on to the next account
	c.Engine, err = multiaccount.Open(context.Background(), multiaccount.Config{
		Dir: c.Config.Dir, Providers: []providers.Provider{provider}, Settings: s,
	})
	if err == nil {
		c.Pool, err = c.Engine.Pool(provider.Name())
	}
	return err
}

// close ends the engine after the end of the input, which is no error.
func (c *Child) close(ended error) error {
	if errors.Is(ended, io.EOF) {
		ended = nil
	}
	return errors.Join(ended, c.Engine.Close(context.Background()))
}

func (c *Child) do(ctx context.Context, works map[string]Work, o order) (any, error) {
	work := works[o.Work]
	if work == nil {
		return nil, fmt.Errorf("no child can do %q", o.Work)
	}
	return work(ctx, c, o.Arg)
}

// Note tells the parent something before the work has ended. When it returns,
// the parent will read it, whatever becomes of the child.
func (c *Child) Note(note any) {
	raw, err := json.Marshal(note)
	if err != nil {
		panic(fmt.Sprintf("a note does not encode: %v", err))
	}
	c.tell(Line{Note: raw})
}

func (c *Child) done(result any, err error) {
	done := &Done{}
	if err == nil {
		done.Result, err = json.Marshal(result)
	}
	if err != nil {
		done.Error = err.Error()
	}
	c.tell(Line{Done: done})
}

func (c *Child) tell(l Line) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.out.Encode(l) // a parent that is gone ends the input as well
}
