package admin_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway/admin"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// listening is a stream of events.
type listening struct {
	*bufio.Scanner
	end func()
}

func (s *scene) listen(t *testing.T, last string) listening {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req := s.request(t, call{method: "GET", path: "/events"}).WithContext(ctx)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := http.DefaultClient.Do(req)
	rig.Must(t, err)
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || kind != "text/event-stream" {
		t.Fatalf("HTTP %d %s", resp.StatusCode, kind)
	}
	end := func() { cancel(); _ = resp.Body.Close(); http.DefaultClient.CloseIdleConnections() }
	t.Cleanup(end)
	return listening{bufio.NewScanner(resp.Body), end}
}

// next returns the id and the text of the next event that has this in it.
func (l listening) next(t *testing.T, what string) (id, text string) {
	t.Helper()
	for l.Scan() {
		switch line := l.Text(); {
		case line == "":
			if text != "" && strings.Contains(text, what) {
				if strings.Contains(text, providertest.TokenMark) {
					t.Errorf("an event has a secret: %s", text)
				}
				return id, text
			}
			id, text = "", ""
		case strings.HasPrefix(line, "id: "):
			id = line[len("id: "):]
		case strings.HasPrefix(line, "data: "):
			text = line[len("data: "):]
		}
	}
	t.Fatalf("no event with %s: %v", what, l.Err())
	return "", ""
}

// A stream tells what happens, and goes on where its reader was.
func TestEvents(t *testing.T) {
	s := play(t)
	_, id := s.owner(t, "ada@example.com")
	first := s.listen(t, "")
	s.want(t, http.StatusOK, call{method: "POST", path: "/accounts/" + id + "/disable"})
	seen, text := first.next(t, `"account_switched"`)
	if !strings.Contains(text, `"account":"`+id+`"`) || seen == "" {
		t.Errorf("event %s: %s", seen, text)
	}
	first.end()
	s.want(t, http.StatusOK, call{method: "POST", path: "/accounts/" + id + "/enable"})
	again := s.listen(t, seen)
	if _, text := again.next(t, ""); !strings.Contains(text, `"enabled":true`) {
		t.Errorf("after %s comes %s", seen, text)
	}
}

// A reader of another run is told that it may have missed some.
func TestEventsOfAnotherRun(t *testing.T) {
	s := play(t)
	s.owner(t, "ada@example.com")
	l := s.listen(t, "AAAAAAAA-3")
	if _, text := l.next(t, ""); !strings.Contains(text, `"events_dropped"`) || !strings.Contains(text, `"count":0`) {
		t.Errorf("first comes %s", text)
	}
	l.next(t, `"account_joined"`)
}

// Whoever was away for long is told how many events are gone.
func TestEventsThatAreGone(t *testing.T) {
	s := play(t)
	_, id := s.owner(t, "ada@example.com")
	pool := rig.Pool(t, s.engine, "anthropic")
	l := s.listen(t, "")
	rig.Must(t, pool.SetEnabled(t.Context(), id, false))
	seen, _ := l.next(t, `"account_switched"`)
	l.end()
	events := rig.Record(s.engine)
	const rounds = 1100
	for i := range rounds {
		rig.Must(t, pool.SetEnabled(t.Context(), id, i%2 == 0))
	}
	rig.AwaitNth[multiaccount.AccountSwitched](t, events, rounds)
	late := s.listen(t, seen)
	_, text := late.next(t, "")
	_, figure, _ := strings.Cut(text, `"count":`)
	count := 0
	if _, err := fmt.Sscan(strings.TrimSuffix(figure, "}"), &count); err != nil || count < rounds-1024 || count > rounds {
		t.Errorf("%d are gone: %s", count, text)
	}
	late.next(t, `"account_switched"`)
}

// A reader that never reads holds up nobody, and does not hold up the end.
func TestReaderThatNeverReads(t *testing.T) {
	s := play(t)
	_, id := s.owner(t, "ada@example.com")
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	rig.Must(t, err)
	defer conn.Close() //nolint:errcheck // it is not read
	rig.Must(t, conn.(*net.TCPConn).SetReadBuffer(1))
	_, err = fmt.Fprintf(conn, "GET %s/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n", admin.Path, s.token)
	rig.Must(t, err)
	live := s.listen(t, "")
	for i := range 200 {
		rig.Must(t, rig.Pool(t, s.engine, "anthropic").SetEnabled(t.Context(), id, i%2 == 0))
	}
	live.next(t, `"enabled":false`)
	done := make(chan struct{})
	go func() { s.admin.Close(); close(done) }()
	select {
	case <-done:
	case <-time.After(rig.Patience):
		t.Error("the end is held up")
	}
}

// There is an end to how many may listen.
func TestTooManyReaders(t *testing.T) {
	s := play(t)
	for range 64 {
		s.listen(t, "")
	}
	s.want(t, http.StatusTooManyRequests, call{method: "GET", path: "/events"})
}
