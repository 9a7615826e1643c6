//go:build unix

package gateway_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/usage"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// callers ask again and again, also while nobody serves, and keep when each whole
// answer came.
type callers struct {
	running sync.WaitGroup
	mu      sync.Mutex
	served  []time.Time
}

func (c *callers) start(ctx context.Context, p process, n int) {
	for range n {
		c.running.Go(func() {
			for ctx.Err() == nil {
				if isServed(ctx, p) {
					c.mu.Lock()
					c.served = append(c.served, time.Now())
					c.mu.Unlock()
					continue
				}
				select { // as a client waits before it asks again
				case <-time.After(10 * time.Millisecond):
				case <-ctx.Done():
				}
			}
		})
	}
}

// isServed asks for a stream, and reports whether it came whole.
func isServed(ctx context.Context, p process) bool {
	m := ask("/anthropic/v1/messages", `{"stream":true,`+messagesBody[1:], "Authorization", "Bearer "+p.token)
	req, err := http.NewRequestWithContext(ctx, m.method, p.url+m.path, strings.NewReader(m.body))
	if err != nil {
		return false
	}
	req.Header = m.header
	resp, err := p.client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(resp.Body)
	return err == nil && resp.StatusCode == http.StatusOK && strings.Contains(string(text), "message_stop")
}

// until returns how many were served by then.
func (c *callers) until(at time.Time) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.served {
		if t.Before(at) {
			n++
		}
	}
	return n
}

// await waits until so many were served since then.
func (c *callers) await(t *testing.T, since time.Time, n int) {
	t.Helper()
	rig.Until(t, fmt.Sprintf("%d answers", n), func() bool { return c.until(time.Now())-c.until(since) >= n })
}

// A serve that is killed in traffic and started again at its address serves the same
// callers on; no login is lost, and of what was used at most the last second.
func TestServeIsKilledInTraffic(t *testing.T) {
	h := newHome(t)
	p := h.start(t)
	ctx, cancel := context.WithCancel(t.Context())
	var c callers
	c.start(ctx, p, 8)
	whole := 0
	for range 3 {
		begun := time.Now()
		c.await(t, begun, 20)
		h.account.Expire() // the next requests get a new token
		c.await(t, begun.Add(2*time.Second), 20)
		killed := time.Now()
		rig.Must(t, p.cmd.Process.Kill())
		_ = p.cmd.Wait()
		whole += c.until(killed.Add(-1500*time.Millisecond)) - c.until(begun)
		p = h.start(t, "--listen", p.address)
		c.await(t, time.Now(), 20)
	}
	cancel()
	c.running.Wait()
	p.end(t)
	all, err := usage.Report(t.Context(), filepath.Join(h.dir, usage.FileName), usage.ByClient, time.Time{})
	rig.Must(t, err)
	if len(all) != 1 || all[0].Requests < int64(whole) || whole == 0 {
		t.Errorf("%d were served more than a second before the kills, and recorded are %+v", whole, all)
	}
	if stats := h.srv.Stats(); stats.RefreshTokensSpentTwice != 0 || stats.Refreshes == 0 {
		t.Errorf("%d refreshes, %d spent twice", stats.Refreshes, stats.RefreshTokensSpentTwice)
	}
	again := h.start(t)
	if a := again.ask(t); a.status != http.StatusOK {
		t.Errorf("afterwards: HTTP %d %s", a.status, a.body)
	}
	again.end(t)
}
