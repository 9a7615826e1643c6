package etcd_test

import (
	"flag"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"
	"time"
)

// soakFor is how long TestSoak runs: go test -run Soak -soak 15m
var soakFor = flag.Duration("soak", 0, "how long TestSoak runs; 0 skips it")

// Four engines share accounts whose tokens end within seconds, while members of
// their etcd are killed and stopped, and engines are stopped for longer than their
// lease. No token is spent twice, and what is stored in the end is each account's
// latest login.
func TestSoak(t *testing.T) {
	if *soakFor == 0 {
		t.Skip("it takes as long as -soak says")
	}
	t.Parallel()
	c := startCluster(t)
	s := newStage(t, 6, 5*time.Second, false, c.endpoints...)
	engines := make([]*engine, 4)
	stop := make(chan struct{})
	var working sync.WaitGroup
	served, refused := make([]int, len(engines)), make([]int, len(engines))
	for i := range engines {
		engines[i] = startEngine(t, s.config)
		working.Go(func() {
			for n := i; ; n++ {
				select {
				case <-stop:
					return
				case <-time.After(20 * time.Millisecond):
				}
				if got := engines[i].do("acquire", s.ids[n%len(s.ids)]); got.Error == "" {
					served[i]++
				} else {
					refused[i]++
				}
			}
		})
	}
	for end := time.Now().Add(*soakFor); time.Now().Before(end); {
		<-time.After(time.Second)
		disturb(c, engines)
	}
	close(stop)
	working.Wait()
	c.ready()
	for _, e := range engines { // with etcd well, everybody is served
		for _, id := range s.ids {
			e.settled(id)
		}
	}
	t.Logf("served %v, refused %v, %d exchanges", served, refused, s.srv.Stats().Refreshes)
	if s.srv.Stats().Refreshes < 2*len(s.ids) {
		t.Error("too few exchanges to tell anything")
	}
	s.verify(t)
}

// settled waits until an engine serves an account.
func (e *engine) settled(id string) {
	e.tb.Helper()
	for end := time.Now().Add(2 * long); ; {
		got := e.do("acquire", id)
		if got.Error == "" {
			return
		}
		if time.Now().After(end) {
			e.tb.Errorf("%s is not served: %s", id, got.Error)
			return
		}
	}
}

// disturb does one of the things that go wrong, and mends it.
func disturb(c *cluster, engines []*engine) {
	switch rand.IntN(4) {
	case 0:
		leader := c.leader()
		c.kill(leader)
		<-time.After(time.Second)
		c.start(leader)
	case 1:
		c.freeze(rand.IntN(3), time.Duration(1+rand.IntN(4))*time.Second)
	case 2: // longer than its lease, and shorter than that of a refresh
		e := engines[rand.IntN(len(engines))]
		e.signal(syscall.SIGSTOP)
		<-time.After(6 * time.Second)
		e.signal(syscall.SIGCONT)
	case 3:
		for i := range c.processes {
			c.kill(i)
		}
		for i := range c.processes {
			c.start(i)
		}
	}
	c.ready()
}
