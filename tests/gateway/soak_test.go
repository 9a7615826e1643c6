package gateway_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// soakSize returns how many streams and how long; MULTIACCOUNT_SOAK_STREAMS and
// MULTIACCOUNT_SOAK_SECONDS make it the 2 000 streams of ten minutes.
func soakSize(t *testing.T) (streams int, d time.Duration) {
	t.Helper()
	number := func(name string, otherwise int) int {
		text := os.Getenv(name)
		if text == "" {
			return otherwise
		}
		n, err := strconv.Atoi(text)
		rig.Must(t, err)
		return n
	}
	return number("MULTIACCOUNT_SOAK_STREAMS", 200), time.Duration(number("MULTIACCOUNT_SOAK_SECONDS", 3)) * time.Second
}

// Many slow streams, of which a new one begins when one has ended, and WebSockets
// beside them: memory stays flat and no goroutine is left.
func TestSoak(t *testing.T) {
	streams, length := soakSize(t)
	u := record(t)
	u.reply = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for range 10 {
			_, _ = io.WriteString(w, "event: content_block_delta\ndata: {\"type\":\"content_block_delta\"}\n\n")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-time.After(50 * time.Millisecond):
			case <-r.Context().Done():
				return
			}
		}
		_, _ = io.WriteString(w, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
		u.mu.Lock()
		u.got = u.got[:0] // what is recorded is no part of the gateway
		u.mu.Unlock()
	}
	s := serveSockets(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var all, begun sync.WaitGroup // begun counts those that have no answer yet
	var whole atomic.Int64
	for range streams {
		first := begunOnce(&begun)
		all.Go(func() {
			defer first()
			for ctx.Err() == nil {
				if a := u.send(t, streamed(claude(claudeCode))); a.status != http.StatusOK || a.err != nil {
					t.Errorf("HTTP %d %s, %v", a.status, a.body, a.err)
					return
				}
				whole.Add(1)
				first()
			}
		})
	}
	for range streams / 10 {
		first := begunOnce(&begun)
		all.Go(func() {
			defer first()
			for c := s.connect(t); ctx.Err() == nil; whole.Add(1) {
				if events, _ := c.ask(t, ""); len(events) != 3 {
					t.Errorf("events %q", events)
					return
				}
				first()
				time.Sleep(10 * time.Millisecond) // as a person does between two turns
			}
		})
	}
	begun.Wait()
	early := heapAfter(length / 3)
	late := heapAfter(2 * length / 3)
	cancel()
	all.Wait()
	if late > early+early/2+int64(streams)*(16<<10) {
		t.Errorf("the heap grew from %d to %d MB", early>>20, late>>20)
	}
	t.Logf("%d answers; the heap was %d MB, and %d MB later", whole.Load(), early>>20, late>>20)
}

// begunOnce counts one that begins, and returns what it calls once it has.
func begunOnce(all *sync.WaitGroup) func() {
	all.Add(1)
	return sync.OnceFunc(all.Done)
}

// heapAfter is what is in use after a while.
func heapAfter(d time.Duration) int64 {
	time.Sleep(d)
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
