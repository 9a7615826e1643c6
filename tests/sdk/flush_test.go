package sdk_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// wires are the protocols that streams come by.
func wires(t *testing.T, test func(t *testing.T, open func(http.HandlerFunc) (url string, pool *multiaccount.Pool, client *http.Client))) {
	t.Helper()
	for name, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			test(t, func(handler http.HandlerFunc) (string, *multiaccount.Pool, *http.Client) {
				srv := httptest.NewUnstartedServer(handler)
				srv.EnableHTTP2 = http2
				srv.StartTLS()
				t.Cleanup(srv.Close)
				provider := anthropic.New(anthropic.Options{BaseURL: srv.URL})
				eng := rig.Open(t, multiaccount.Config{Store: persistence.NewMemory(), Providers: []providers.Provider{provider}})
				pool := rig.Pool(t, eng, "anthropic")
				rig.Add(t, pool, multiaccount.NewAccount{Label: "a", APIKey: "a"})
				return srv.URL, pool, &http.Client{Transport: pool.Transport(srv.Client().Transport)}
			})
		})
	}
}

// stream asks for one, whose body the test reads.
func stream(ctx context.Context, t *testing.T, client *http.Client, url string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/messages", strings.NewReader(`{"stream":true}`))
	rig.Must(t, err)
	resp, err := client.Do(req)
	rig.Must(t, err)
	return resp
}

func event(name, data string) string { return "event: " + name + "\ndata: " + data + "\n\n" }

const output = `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`

// Each event is there for the caller before the next one is sent.
func TestStreamsAreFlushedEventByEvent(t *testing.T) {
	wires(t, func(t *testing.T, open func(http.HandlerFunc) (string, *multiaccount.Pool, *http.Client)) {
		seen := make(chan struct{})
		url, _, client := open(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, event("message_start", `{"type":"message_start"}`)+event("content_block_start", output))
			for i := range 20 {
				rig.Must(t, http.NewResponseController(w).Flush())
				select {
				case <-seen:
				case <-r.Context().Done():
					t.Error("the caller left before it had seen an event")
					return
				}
				_, _ = io.WriteString(w, event("content_block_delta", fmt.Sprintf(`{"type":"content_block_delta","index":%d}`, i)))
			}
			_, _ = io.WriteString(w, event("message_stop", `{"type":"message_stop"}`))
		})
		resp := stream(rig.Deadline(t), t, client, url)
		defer func() { _ = resp.Body.Close() }() // it was read to its end
		events := 0
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			if name, is := strings.CutPrefix(lines.Text(), "event: "); is && name != "message_start" && name != "message_stop" {
				if events++; events <= 20 {
					seen <- struct{}{}
				}
			}
		}
		if events != 21 {
			t.Errorf("%d events, want 21", events)
		}
	})
}

// A caller that does not read makes the provider wait: nothing is read for it.
func TestStreamsKeepBackPressure(t *testing.T) {
	wires(t, func(t *testing.T, open func(http.HandlerFunc) (string, *multiaccount.Pool, *http.Client)) {
		sent := make(chan int, 1)
		url, _, client := open(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, event("content_block_start", output))
			control := http.NewResponseController(w)
			rig.Must(t, control.Flush())
			piece, n := []byte(event("content_block_delta", strings.Repeat("x", 32<<10))), 0
			for {
				rig.Must(t, control.SetWriteDeadline(time.Now().Add(time.Second)))
				written, err := w.Write(piece)
				n += written
				if err == nil {
					err = control.Flush()
				}
				if err != nil || n > 64<<20 {
					break // blocked for a second, or not at all
				}
			}
			sent <- n
		})
		resp := stream(rig.Deadline(t), t, client, url)
		if n := <-sent; n > 32<<20 {
			t.Errorf("%d bytes were taken from the provider for a caller that read none", n)
		}
		_ = resp.Body.Close() // what the provider gave up
	})
}

// A caller that goes away ends the provider's work, and is no load any more.
func TestStreamsEndWithTheirCaller(t *testing.T) {
	wires(t, func(t *testing.T, open func(http.HandlerFunc) (string, *multiaccount.Pool, *http.Client)) {
		left := make(chan struct{})
		url, pool, client := open(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, event("content_block_start", output))
			rig.Must(t, http.NewResponseController(w).Flush())
			<-r.Context().Done()
			close(left)
		})
		ctx, leave := context.WithCancel(t.Context())
		resp := stream(ctx, t, client, url)
		leave()
		_ = resp.Body.Close() // its caller has left
		select {
		case <-left:
		case <-rig.Deadline(t).Done():
			t.Fatal("the provider works on for nobody")
		}
		accounts, err := pool.Accounts(t.Context())
		rig.Must(t, err)
		if accounts[0].InFlight != 0 || accounts[0].State != multiaccount.StateReady {
			t.Errorf("the account is %s with %d in flight", accounts[0].State, accounts[0].InFlight)
		}
	})
}
