package runtime

import (
	"runtime"
	"sync"
)

const (
	// throughput is how many messages an actor may handle before others get a
	// turn.
	throughput = 300
	// backlog is how many actors may wait for a worker.
	backlog = 4096
)

// dispatcher runs mailboxes on a few goroutines that stay. A goroutine whose
// stack has grown serves the next mailbox without growing it again. That makes a
// wake-up two to three times as fast as a new goroutine for each. A few are
// enough, because no actor blocks in its Receive.
type dispatcher struct {
	work    chan func()
	closed  chan struct{}
	workers sync.WaitGroup
}

func newDispatcher() *dispatcher {
	d := &dispatcher{work: make(chan func(), backlog), closed: make(chan struct{})}
	for range 2 * runtime.GOMAXPROCS(0) {
		d.workers.Go(d.serve)
	}
	return d
}

// Throughput implements protoactor's dispatcher.
func (d *dispatcher) Throughput() int { return throughput }

// Schedule implements protoactor's dispatcher. When the backlog is full, or the
// dispatcher is closed, the mailbox runs on a goroutine of its own: protoactor
// sends its last system messages after the close.
func (d *dispatcher) Schedule(run func()) {
	select {
	case <-d.closed:
		go run()
		return
	default:
	}
	select {
	case d.work <- run:
	default:
		go run()
	}
}

func (d *dispatcher) serve() {
	for {
		select {
		case run := <-d.work:
			run()
		case <-d.closed:
			return
		}
	}
}

// close ends the workers and waits for them. Every actor must have stopped before
// that.
func (d *dispatcher) close() {
	close(d.closed)
	d.workers.Wait()
}
