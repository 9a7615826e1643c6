package demo

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/wait"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

const (
	// sampling is the time between two looks at the engine.
	sampling = 100 * time.Millisecond
	// mostBeats is how fine the picture of a run is.
	mostBeats = 120
	// newsKept is how many pieces of news are remembered.
	newsKept = 100
)

// monitor watches a run. It is safe for concurrent use.
type monitor struct {
	stage *stage
	host  *host
	books books

	mu       sync.Mutex
	began    time.Time
	snapshot Snapshot
	// beat is the part of the run that was sampled last.
	beat    int
	recents []recent
}

// recent is how many requests there were at a moment.
type recent struct {
	at       time.Time
	requests int
}

// begin puts the accounts on the picture, all that the stage has.
func (m *monitor) begin(o Options) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.snapshot.Options = o
	beats := min(mostBeats, int(o.Duration/sampling))
	for _, f := range flavours() {
		for _, acct := range m.stage.accounts {
			a := acct.Account()
			if a.Flavour != f {
				continue
			}
			m.snapshot.Accounts = append(m.snapshot.Accounts, Track{
				AccountSummary: AccountSummary{Provider: string(f), Account: a.Email, Plan: a.Plan, State: multiaccount.StateReady},
				Beats:          make([]Beat, beats),
			})
		}
	}
}

// start sets the moment from which time is counted.
func (m *monitor) start(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.began = at
}

// watch samples until ctx ends, and once more then.
func (m *monitor) watch(ctx context.Context) {
	for wait.For(ctx, sampling) == nil {
		m.sample(ctx)
	}
	m.sample(context.WithoutCancel(ctx))
}

// sample takes in how the accounts are now. What cannot be told stays as it was.
func (m *monitor) sample(ctx context.Context) {
	states, err := m.host.accounts(ctx)
	if err != nil {
		return
	}
	counts, stats, now := m.books.copied(), m.stage.srv.Stats(), time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.total(&counts, &stats, now)
	beats := len(m.snapshot.Accounts[0].Beats)
	until := min(int(int64(beats)*int64(now.Sub(m.began))/int64(m.snapshot.Duration)), beats-1)
	for i := range m.snapshot.Accounts {
		t := &m.snapshot.Accounts[i]
		t.State = states[t.Account].State
		t.Refreshes, t.Limited = stats.RefreshesByAccount[t.Account], counts.Limited[t.Account]
		t.extend(m.beat, until, counts.Served[t.Account]-t.Requests)
		t.Requests = counts.Served[t.Account]
	}
	m.beat = max(m.beat, until)
}

func (m *monitor) total(c *counts, stats *providertest.Stats, now time.Time) {
	s := &m.snapshot
	s.Elapsed = min(now.Sub(m.began), s.Duration)
	s.Requests, s.Streams, s.Failures, s.Rotations = c.Requests, c.Streams, c.failed(), c.Rotations
	s.Refreshes, s.Limited = stats.Refreshes, c.Statuses["429"]
	m.recents = slices.DeleteFunc(m.recents, func(r recent) bool { return now.Sub(r.at) > time.Second })
	m.recents = append(m.recents, recent{at: now, requests: c.Requests})
	if first := m.recents[0]; now.After(first.at) {
		s.PerSecond = float64(c.Requests-first.requests) / now.Sub(first.at).Seconds()
	}
}

// extend shares out what was served since the last sample among the parts of
// the run that have passed since.
func (t *Track) extend(from, until, served int) {
	for beat := from; beat <= until; beat++ {
		part := served / (until - beat + 1)
		t.Beats[beat].Served += part
		t.Beats[beat].State = t.State
		served -= part
	}
}

// tell adds a piece of news.
func (m *monitor) tell(n News) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n.At = time.Since(m.began)
	m.snapshot.News = append(m.snapshot.News, n)
	if extra := len(m.snapshot.News) - newsKept; extra > 0 {
		m.snapshot.News = slices.Delete(m.snapshot.News, 0, extra)
	}
}

func (m *monitor) hear(e multiaccount.Event) {
	if n, worth := newsOf(e, time.Now()); worth {
		m.tell(n)
	}
}

func (m *monitor) enter(p Phase) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.snapshot.Phase = p
}

// now returns a copy that nobody writes to.
func (m *monitor) now() Snapshot {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.snapshot
	s.News = slices.Clone(s.News)
	s.Accounts = slices.Clone(s.Accounts)
	for i := range s.Accounts {
		s.Accounts[i].Beats = slices.Clone(s.Accounts[i].Beats)
	}
	return s
}
