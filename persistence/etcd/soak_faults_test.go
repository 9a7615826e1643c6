package etcd_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// fault is one of the things that go wrong. It mends what it broke.
type fault struct {
	name string
	do   func(*soak)
}

func faults() []fault {
	return []fault{
		{"leader killed", (*soak).killLeader},
		{"leader cut off", (*soak).cutLeaderOff},
		{"member stopped", (*soak).stopMember},
		{"all members killed", (*soak).killMembers},
		{"engine killed", (*soak).killEngine},
		{"engine stopped past its lease", func(s *soak) { s.stopEngine(6 * time.Second) }},
		{"engine stopped past a refresh's lease", func(s *soak) { s.stopEngine(refreshTime + 7*time.Second) }},
		{"engine cut off, and a compaction", (*soak).cutEngineOff},
		{"etcd full", (*soak).fill},
	}
}

// part is how long most faults last: 1 to 4 seconds.
func part() time.Duration { return time.Second + rand.N(3*time.Second) }

func (s *soak) killLeader() {
	leader := s.cluster.leader()
	s.cluster.kill(leader)
	<-time.After(part())
	s.cluster.start(leader)
}

// cutLeaderOff keeps the leader from the others; its clients still reach it.
func (s *soak) cutLeaderOff() {
	s.cluster.network.isolate(s.cluster.configs[s.cluster.leader()].Name)
	<-time.After(part())
	s.cluster.network.isolate("")
}

func (s *soak) stopMember() { s.cluster.freeze(rand.IntN(3), part()) }

func (s *soak) killMembers() {
	for i := range s.cluster.processes {
		s.cluster.kill(i)
	}
	for i := range s.cluster.processes {
		s.cluster.start(i)
	}
}

// killEngine kills a process, and lets another take its place.
func (s *soak) killEngine() {
	h := s.hosts[rand.IntN(len(s.hosts))]
	h.mu.Lock()
	defer h.mu.Unlock()
	s.exchanges.isOut(h.process, time.Now(), time.Now().Add(*soakFor+soakSlack))
	h.engine.kill()
	s.start(h)
}

func (s *soak) stopEngine(d time.Duration) {
	h := s.hosts[rand.IntN(len(s.hosts))]
	if d > refreshTime+commitTime {
		s.exchanges.isOut(h.process, time.Now(), time.Now().Add(d))
	}
	stop(h.engine.cmd.Process)
	<-time.After(d)
	goOn(h.engine.cmd.Process)
}

// commitTime is how much longer than an exchange its lease lasts.
const commitTime = 5 * time.Second

// cutEngineOff cuts a machine off from etcd, which forgets meanwhile what the
// machine has not seen.
func (s *soak) cutEngineOff() {
	h := s.hosts[rand.IntN(len(s.hosts))]
	for _, wire := range h.wires {
		wire.cut()
	}
	<-time.After(part())
	s.compact()
	for _, wire := range h.wires {
		wire.mend()
	}
}

// fill writes until etcd takes no more, and makes room again.
func (s *soak) fill() {
	s.fillUp()
	<-time.After(part())
	s.cluster.soon("deleting", func(ctx context.Context) error {
		_, err := s.cluster.client.Delete(ctx, "filler", clientv3.WithPrefix())
		return err
	})
	s.compact()
	for _, endpoint := range s.cluster.endpoints {
		s.cluster.soon("defragmenting", func(ctx context.Context) error {
			_, err := s.cluster.client.Defragment(ctx, endpoint)
			return err
		})
	}
	s.cluster.soon("disarming", func(ctx context.Context) error {
		_, err := s.cluster.client.AlarmDisarm(ctx, &clientv3.AlarmMember{})
		return err
	})
}

func (s *soak) fillUp() {
	for i := 0; ; i++ {
		full := false
		s.cluster.soon("filling", func(ctx context.Context) error {
			_, err := s.cluster.client.Put(ctx, fmt.Sprintf("filler/%d", i), strings.Repeat("x", 256<<10))
			full = errors.Is(err, rpctypes.ErrNoSpace)
			if full {
				return nil
			}
			return err
		})
		if full {
			return
		}
	}
}

// compact has etcd forget everything before now. That bounds the space that a soak
// takes.
func (s *soak) compact() {
	s.cluster.soon("compacting", func(ctx context.Context) error {
		now, err := s.cluster.client.Get(ctx, "any")
		if err == nil {
			_, err = s.cluster.client.Compact(ctx, now.Header.Revision)
		}
		if errors.Is(err, rpctypes.ErrCompacted) {
			return nil
		}
		return err
	})
}

// soon does something that works when etcd does, which can take long on a busy disk.
func (c *cluster) soon(what string, do func(context.Context) error) {
	c.tb.Helper()
	for end := time.Now().Add(3 * long); ; {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		err := do(ctx)
		cancel()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			c.tb.Fatalf("%s: %v", what, err)
		}
	}
}
