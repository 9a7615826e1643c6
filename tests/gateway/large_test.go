package gateway_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// letters is a body of JSON of that size.
func letters(size int) string {
	const head, tail = `{"model":"m","input":"`, `"}`
	return head + strings.Repeat("abcdefgh", size/8+1)[:size-len(head)-len(tail)] + tail
}

// Bodies of every size arrive whole, after another account's refusal too, and leave
// nothing behind.
func TestLargeBodies(t *testing.T) {
	dir := t.TempDir()
	for name, test := range map[string]struct {
		size    int
		unknown bool
		// once is set for what is too large to be kept.
		once bool
	}{
		"small": {size: 100}, "a power of two": {size: 64 << 10}, "one more": {size: 64<<10 + 1}, "of unknown length": {size: 300_000, unknown: true},
		"8 MiB": {size: 8 << 20}, "in a file": {size: 9 << 20}, "in a file, of unknown length": {size: 9 << 20, unknown: true},
		"8 MiB of unknown length": {size: 8 << 20, unknown: true}, "just kept": {size: 12 << 20},
		"too large": {size: 13 << 20, once: true}, "too large, of unknown length": {size: 13 << 20, unknown: true, once: true},
	} {
		t.Run(name, func(t *testing.T) {
			u := record(t, func(c *gateway.Config) { c.MaxBody, c.SpoolDir = 12<<20, dir })
			u.reply = func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/codex/") {
					w.WriteHeader(http.StatusTooManyRequests)
					_, _ = io.WriteString(w, `{"error":{"type":"usage_limit_reached","resets_in_seconds":3600}}`)
				}
			}
			body := letters(test.size)
			var src io.Reader = strings.NewReader(body)
			if test.unknown {
				src = struct{ io.Reader }{src}
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, u.url+"/openai/v1/responses", src)
			rig.Must(t, err)
			req.Header = ask("", "").header
			resp, err := u.client.Do(req)
			rig.Must(t, err)
			rig.Must(t, resp.Body.Close())
			want, times := http.StatusOK, 2
			if test.once {
				want, times = http.StatusTooManyRequests, 1
			}
			if got := u.all(); resp.StatusCode != want || len(got) != times {
				t.Errorf("HTTP %d after %d requests", resp.StatusCode, len(got))
			}
			for _, got := range u.all() {
				if got.body != body {
					t.Errorf("%d bytes of %d arrived, or others", len(got.body), len(body))
				}
			}
		})
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A limit below what is kept in memory holds too.
func TestSmallLimit(t *testing.T) {
	for _, size := range []int{10_000, 65_536, 65_537, 100_000, 9 << 20} {
		u := record(t, func(c *gateway.Config) { c.MaxBody = 64 << 10 })
		body := letters(size)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, u.url+"/zai/x", struct{ io.Reader }{strings.NewReader(body)})
		rig.Must(t, err)
		req.Header = ask("", "").header
		resp, err := u.client.Do(req)
		rig.Must(t, err)
		rig.Must(t, resp.Body.Close())
		if got := u.last(t); resp.StatusCode != http.StatusOK || got.body != body {
			t.Errorf("%d bytes: HTTP %d, and %d arrived", size, resp.StatusCode, len(got.body))
		}
	}
}

// An answer may come before the request's body was read, and memory that is still
// read is not used for another.
func TestAnswerBeforeTheBody(t *testing.T) {
	u := record(t)
	u.reply = nil
	early := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusRequestEntityTooLarge) })
	srv := serveRaw(t, early)
	body := letters(4 << 20)
	for range 20 {
		if a := srv.send(t, ask("/zai/x", body)); a.status != http.StatusRequestEntityTooLarge {
			t.Fatalf("HTTP %d %s", a.status, a.body)
		}
		if a := u.send(t, ask("/zai/x", body)); a.status != http.StatusOK {
			t.Fatalf("HTTP %d %s", a.status, a.body)
		}
	}
	for _, got := range u.all() {
		if !bytes.Equal([]byte(got.body), []byte(body)) {
			t.Fatal("another body arrived")
		}
	}
}

// hasty refuses the first request once it has read some bytes of it, and tells what
// came of the one after that, which it reads in small pieces.
func hasty(enough int, whole chan<- string) http.Handler {
	var asked atomic.Int32
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first := asked.Add(1) == 1
		if first {
			_, _ = io.ReadFull(r.Body, make([]byte, enough))
			_ = http.NewResponseController(w).EnableFullDuplex()
			w.WriteHeader(http.StatusTooManyRequests)
			_ = http.NewResponseController(w).Flush()
		}
		var rest strings.Builder
		_, _ = io.CopyBuffer(struct{ io.Writer }{&rest}, struct{ io.Reader }{r.Body}, make([]byte, 1000))
		if !first {
			whole <- rest.String()
		}
	})
}

// An account that refuses a body before all of it was sent costs nothing of it: the
// next account gets every byte, however slowly it reads.
func TestRefusedInAnUpload(t *testing.T) {
	for _, size := range []int{4 << 20, 9 << 20} {
		for _, enough := range []int{0, 1, 64 << 10, 1 << 20} {
			t.Run(fmt.Sprint(enough, " of ", size), func(t *testing.T) {
				whole, body := make(chan string, 1), letters(size)
				g := serveRaw(t, hasty(enough, whole), func(c *gateway.Config) { c.Base = nil })
				rig.Add(t, rig.Pool(t, g.engine, "zai"), multiaccount.NewAccount{Label: "y", APIKey: "other"})
				if a := g.send(t, ask("/zai/x", body)); a.status != http.StatusOK {
					t.Fatalf("HTTP %d %s", a.status, a.body)
				}
				if got := <-whole; got != body {
					t.Errorf("%d bytes of %d arrived, or others", len(got), len(body))
				}
				rig.Must(t, g.Drain(rig.Deadline(t)))
			})
		}
	}
}

// A full disk is told as such.
func TestNoRoomForBody(t *testing.T) {
	u := record(t, func(c *gateway.Config) { c.SpoolDir = "/nonexistent" })
	a := u.send(t, ask("/zai/x", letters(9<<20)))
	if a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "cannot keep the request on disk") {
		t.Errorf("HTTP %d %s", a.status, a.body)
	}
}
