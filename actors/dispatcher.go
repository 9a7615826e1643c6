package actors

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// throughput is how many messages an actor may process before it lets others run.
const throughput = 300

// dispatcher runs mailboxes on goroutines that it uses again: a goroutine
// that has grown its stack once serves the next mailbox without growing it
// again, which makes a wake-up two to three times as quick.
type dispatcher struct {
	work    chan func()
	idle    atomic.Int32
	maxIdle int32
	closed  chan struct{}
	workers sync.WaitGroup
}

func newDispatcher() *dispatcher {
	return &dispatcher{
		work:    make(chan func()),
		maxIdle: int32(4 * runtime.GOMAXPROCS(0)), //nolint:gosec // far below the range of int32
		closed:  make(chan struct{}),
	}
}

// Throughput implements protoactor's dispatcher.
func (d *dispatcher) Throughput() int { return throughput }

// Schedule implements protoactor's dispatcher: an idle worker takes the
// mailbox over, else a new one starts. After close the mailbox still runs, on
// a goroutine of its own: protoactor sends its last notices then.
func (d *dispatcher) Schedule(run func()) {
	select {
	case d.work <- run:
		return
	default:
	}
	select {
	case <-d.closed:
		go run()
	default:
		d.workers.Add(1)
		go d.worker(run)
	}
}

func (d *dispatcher) worker(run func()) {
	defer d.workers.Done()
	for run != nil {
		run()
		run = d.next()
	}
}

// next waits for another mailbox; nil when there are idle workers enough or
// the dispatcher is closed.
func (d *dispatcher) next() func() {
	if d.idle.Add(1) > d.maxIdle {
		d.idle.Add(-1)
		return nil
	}
	defer d.idle.Add(-1)
	select {
	case run := <-d.work:
		return run
	case <-d.closed:
		return nil
	}
}

// close ends the idle workers and waits for all. Every actor must have
// stopped before.
func (d *dispatcher) close() {
	close(d.closed)
	d.workers.Wait()
}
