package demo

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"sync"
	"time"
)

// How long things may take: the engine to close, all logins to be proved, and
// goroutines to end that were told to.
const (
	closingTime  = 30 * time.Second
	checkingTime = 2 * time.Minute
	windDown     = 2 * time.Second
)

// Run is a demo that is under way. Its methods are safe for concurrent use.
type Run struct {
	options Options
	dir     string
	before  goroutines
	stage   *stage
	host    *host
	book    *ledger
	others  ensemble
	monitor *monitor

	stop context.CancelFunc
	done chan struct{}
	// summary and err are there once done is closed.
	summary Summary
	err     error
}

// Start begins a run: it starts the provider, opens an engine in a temporary
// folder, has other processes do the same if there are to be any, and lets the
// workers loose. The end of ctx, or [Run.Stop], ends the run early. [Run.Wait]
// must be called; nothing of a run that did not begin is left behind. spawn
// may be nil for a run in one process.
func Start(ctx context.Context, o Options, spawn Spawn) (*Run, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	r := &Run{options: o, before: running(), book: newLedger(), done: make(chan struct{})}
	ctx, r.stop = context.WithCancel(ctx)
	if err := r.open(ctx, spawn); err != nil {
		r.stop()
		return nil, errors.Join(err, r.cleanUp())
	}
	go func() {
		defer close(r.done)
		r.summary, r.err = r.perform(ctx)
		r.err = errors.Join(r.err, r.cleanUp())
		r.monitor.enter(Ended)
	}()
	return r, nil
}

// open sets up all that a run needs. What it opened before it failed is in r.
func (r *Run) open(ctx context.Context, spawn Spawn) (err error) {
	if r.dir, err = os.MkdirTemp("", "multiaccount-demo-"); err != nil {
		return fmt.Errorf("making a folder for the accounts: %w", err)
	}
	r.monitor = &monitor{}
	if r.stage, err = newStage(r.options, r.monitor.tell); err != nil { //nolint:contextcheck // a server lives until it is closed
		return err
	}
	if r.host, err = openHost(ctx, r.dir, r.stage.addresses()); err != nil {
		return fmt.Errorf("opening the engine: %w", err)
	}
	r.monitor.stage, r.monitor.host = r.stage, r.host
	r.monitor.begin(r.options)
	for _, acct := range r.stage.accounts {
		if err := r.host.add(ctx, acct); err != nil {
			return errors.Join(err, r.host.close(ctx))
		}
	}
	if err := r.assemble(ctx, spawn); err != nil {
		return errors.Join(err, r.host.close(ctx))
	}
	return nil
}

// assemble starts the other processes, and has what they count shown.
func (r *Run) assemble(ctx context.Context, spawn Spawn) error {
	r.monitor.books = books{r.book}
	err := r.others.assemble(ctx, spawn, part{Dir: r.dir, Addresses: r.stage.addresses(), Options: r.options})
	for _, p := range r.others.peers {
		r.monitor.books = append(r.monitor.books, p)
	}
	return err
}

// perform is the run itself, from the first request to the last proof.
func (r *Run) perform(ctx context.Context) (Summary, error) {
	quiet := r.host.engine.Subscribe(r.monitor.hear)
	defer quiet()
	began := time.Now()
	r.serve(ctx)
	took, interrupted := time.Since(began), ctx.Err() != nil

	// What follows takes place even when the user has seen enough.
	ctx = context.WithoutCancel(ctx)
	closing, cancel := context.WithTimeout(ctx, closingTime)
	defer cancel()
	err := r.host.close(closing)
	refreshes := r.stage.srv.Stats().Refreshes

	r.monitor.enter(Checking)
	checking, cancel := context.WithTimeout(ctx, checkingTime)
	defer cancel()
	lost, failed := r.stage.inspect(checking, r.dir)
	s := r.summarize(took, refreshes, lost)
	s.Interrupted = interrupted
	return s, errors.Join(err, failed)
}

// serve has the workers send requests while the plot unfolds, and returns
// when the last request has ended.
func (r *Run) serve(ctx context.Context) {
	enough, cancel := context.WithTimeout(ctx, r.options.Duration)
	defer cancel()
	watching, calm := context.WithCancel(context.WithoutCancel(ctx))
	crowd := &crowd{host: r.host, book: r.book, options: r.options}
	r.monitor.start(time.Now())
	var others sync.WaitGroup
	others.Go(func() { r.stage.play(enough, plot(r.options)) })
	others.Go(func() { r.monitor.watch(watching) })
	var working sync.WaitGroup
	working.Go(r.others.play)
	working.Go(func() { crowd.work(ctx, enough) })
	working.Wait()
	r.monitor.enter(Closing)
	calm()
	others.Wait()
}

func (r *Run) summarize(took time.Duration, refreshes int, lost []string) Summary {
	s := Summary{
		Seed: r.options.Seed, DurationSeconds: math.Round(took.Seconds()*100) / 100,
		Workers: r.options.Workers, Accounts: len(r.stage.accounts), Processes: r.options.Processes,
		ProcessesFailed: len(r.others.failed), FailedProcesses: append([]string{}, r.others.failed...),
		Refreshes: refreshes, RefreshTokensSpentTwice: r.stage.srv.Stats().RefreshTokensSpentTwice,
		LoginsLost: len(lost), LostLogins: append([]string{}, lost...),
		LeftGoroutines: r.others.left(),
	}
	counts := r.monitor.books.copied()
	s.addCounts(&counts)
	s.RequestsPerSecond = math.Round(float64(s.Requests) / took.Seconds())
	if r.stage.revoked.Load() != nil {
		s.LoginsRevoked = 1
	}
	for _, track := range r.monitor.now().Accounts {
		s.ByAccount = append(s.ByAccount, track.AccountSummary)
	}
	return s
}

// cleanUp ends the provider and removes the folder.
func (r *Run) cleanUp() error {
	if r.stage != nil {
		r.stage.srv.Close()
	}
	if r.dir == "" {
		return nil
	}
	if err := os.RemoveAll(r.dir); err != nil {
		return fmt.Errorf("removing the folder of the accounts: %w", err)
	}
	return nil
}

// Stop ends the run early: requests are cut off, and all else takes place as
// it would.
func (r *Run) Stop() { r.stop() }

// Done is closed when the run has ended and nothing of it is left but its
// summary.
func (r *Run) Done() <-chan struct{} { return r.done }

// Snapshot returns how the run is now.
func (r *Run) Snapshot() Snapshot { return r.monitor.now() }

// Wait returns the summary when the run has ended. It counts the goroutines
// that are there and were not at the start: call it when whatever else was
// started meanwhile, a screen for instance, has ended too. The error says why
// the run could not be carried through; the summary is then incomplete.
func (r *Run) Wait() (Summary, error) {
	<-r.done
	r.stop()
	s := r.summary
	s.LeftGoroutines = append(s.LeftGoroutines, r.before.left(windDown)...)
	s.GoroutinesLeft = len(s.LeftGoroutines)
	return s, r.err
}
