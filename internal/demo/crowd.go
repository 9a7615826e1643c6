package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/wait"
)

// patience is how long a worker waits for an answer: longer than the engine
// lets a request wait for an account, so that it is the engine that answers.
const patience = 45 * time.Second

// talk is how many requests a conversation has.
const talk = 25

// errForeign is returned for an answer that another account gave than the one
// whose credentials were sent.
var errForeign = errors.New("the answer is another account's")

// crowd is the workers of one process.
type crowd struct {
	host    *host
	book    *ledger
	options Options
	// process is which of the run's processes this is, the first being 0.
	process int
}

// work sends requests until enough ends, and returns when all are answered.
// The end of ctx cuts them off.
func (c *crowd) work(ctx, enough context.Context) {
	var workers sync.WaitGroup
	from, until := c.options.workersOf(c.process)
	for i := from; i < until; i++ {
		workers.Go(func() { c.worker(i).run(ctx, enough) })
	}
	workers.Wait()
}

func (c *crowd) worker(i int) *worker {
	return &worker{
		crowd: c, number: i,
		rand: rand.New(rand.NewPCG(c.options.Seed, uint64(i)+1)), //nolint:gosec // never negative
	}
}

// worker is one user of the host. Every second one has conversations, whose
// requests should stay with one account.
type worker struct {
	*crowd
	number int
	rand   *rand.Rand
}

func (w *worker) run(ctx, enough context.Context) {
	for n := 0; wait.For(enough, w.think()) == nil; n++ {
		w.send(w.converse(ctx, n))
	}
}

// think is how long the worker rests: thinkTime on average.
func (w *worker) think() time.Duration {
	return time.Duration(2 * w.rand.Float64() * float64(thinkTime))
}

func (w *worker) converse(ctx context.Context, n int) context.Context {
	if w.number/2%2 == 0 {
		return ctx
	}
	return multiaccount.WithAffinity(ctx, fmt.Sprintf("worker-%d-talk-%d", w.number, n/talk))
}

func (w *worker) send(ctx context.Context) {
	v := visit{question: question{flavour: flavourOf(w.number), stream: w.rand.IntN(2) == 0}}
	began := time.Now()
	v.trace, v.err = w.host.request(ctx, v.question)
	v.took = time.Since(began)
	w.book.add(v)
}

// request sends one request and checks who answered.
func (h *host) request(ctx context.Context, q question) (*trace, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ctx, trace := traced(ctx)
	text, err := h.ask(ctx, q)
	if err == nil && text != "Served by "+trace.answeredBy()+"." {
		err = errForeign
	}
	return trace, err
}
