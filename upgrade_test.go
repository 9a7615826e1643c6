package multiaccount_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

// upgrader is a server that switches to a protocol which echoes lines, for
// those that are not in refused.
type upgrader struct {
	mu      sync.Mutex
	refused map[string]int
	asked   []string
}

func (u *upgrader) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	u.mu.Lock()
	u.asked = append(u.asked, token)
	status := u.refused[token]
	u.mu.Unlock()
	if status != 0 {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(status)
		return
	}
	conn, both, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	repeatBack(conn, both.Reader)
}

// accept has nobody refused any more.
func (u *upgrader) accept() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.refused = nil
}

func repeatBack(conn net.Conn, lines *bufio.Reader) {
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, "echo "+line)
	}
}

// handshake asks for a WebSocket of one conversation.
func handshake(t *testing.T, pool *multiaccount.Pool, url string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket", "Accept": "text/event-stream",
		"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Session-Id": "one",
	} {
		req.Header.Set(key, value)
	}
	resp, err := (&http.Client{Transport: pool.Transport(nil)}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// TestUpgrade checks that a refused handshake goes on to the next account, that
// the connection can be read and written, that its account is busy meanwhile, and
// that a conversation comes back to it.
func TestUpgrade(t *testing.T) {
	api := &upgrader{refused: map[string]int{"sk-a": http.StatusTooManyRequests, "sk-b": http.StatusUnauthorized}}
	server := httptest.NewServer(api)
	defer server.Close()
	eng := open(t, multiaccount.Config{
		Providers: []providers.Provider{openai.New(openai.Options{BaseURL: server.URL})}, Settings: quiet(), Store: persistence.NewMemory(),
	})
	pool := poolOf(t, eng, "openai")
	for _, key := range []string{"sk-a", "sk-b", "sk-c", "sk-d"} {
		if _, err := pool.Add(context.Background(), multiaccount.NewAccount{Label: key, APIKey: key, MaxInFlight: 2}); err != nil {
			t.Fatal(err)
		}
	}
	first := handshake(t, pool, server.URL+"/responses") //nolint:bodyclose // closed as the connection that it is
	conn, ok := first.Body.(io.ReadWriteCloser)
	if first.StatusCode != http.StatusSwitchingProtocols || !ok {
		t.Fatalf("%s, a body of %T", first.Status, first.Body)
	}
	if _, err := io.WriteString(conn, "hello\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); line != "echo hello\n" {
		t.Errorf("%q, %v", line, err)
	}
	if got := inFlight(t, pool, "sk-c"); got != 1 {
		t.Errorf("%d in flight while the connection is open", got)
	}
	second := handshake(t, pool, server.URL+"/responses")
	_ = second.Body.Close()
	_ = conn.Close()
	if got := inFlight(t, pool, "sk-c"); got != 0 {
		t.Errorf("%d in flight after the connection was closed", got)
	}
	if want := "[sk-a sk-b sk-c sk-c]"; fmt.Sprint(api.asked) != want {
		t.Errorf("asked were %v, want %s", api.asked, want)
	}
}

// TestUpgradeIsASuccess checks that an account is known to work while the
// connection that it opened is still open.
func TestUpgradeIsASuccess(t *testing.T) {
	api := &upgrader{refused: map[string]int{"sk-a": http.StatusUnauthorized}}
	server := httptest.NewServer(api)
	defer server.Close()
	eng := open(t, multiaccount.Config{
		Providers: []providers.Provider{openai.New(openai.Options{BaseURL: server.URL})}, Settings: quiet(), Store: persistence.NewMemory(),
	})
	pool := poolOf(t, eng, "openai")
	if _, err := pool.Add(context.Background(), multiaccount.NewAccount{Label: "sk-a", APIKey: "sk-a"}); err != nil {
		t.Fatal(err)
	}
	_ = handshake(t, pool, server.URL+"/responses").Body.Close()
	if got := labelled(t, pool, "sk-a").Failures; got != 1 {
		t.Fatalf("%d failures of a key that was refused", got)
	}
	api.accept()
	conn := handshake(t, pool, server.URL+"/responses").Body
	if got := labelled(t, pool, "sk-a").Failures; got != 0 {
		t.Errorf("%d failures while a connection is open", got)
	}
	_ = conn.Close()
}

// TestUpgradeRefusedForGood checks that a server without WebSockets is heard.
func TestUpgradeRefusedForGood(t *testing.T) {
	api := &upgrader{refused: map[string]int{"sk-a": http.StatusUpgradeRequired, "sk-b": http.StatusUpgradeRequired}}
	server := httptest.NewServer(api)
	defer server.Close()
	eng := open(t, multiaccount.Config{
		Providers: []providers.Provider{openai.New(openai.Options{BaseURL: server.URL})}, Settings: quiet(), Store: persistence.NewMemory(),
	})
	pool := poolOf(t, eng, "openai")
	for _, key := range []string{"sk-a", "sk-b"} {
		if _, err := pool.Add(context.Background(), multiaccount.NewAccount{Label: key, APIKey: key}); err != nil {
			t.Fatal(err)
		}
	}
	resp := handshake(t, pool, server.URL+"/responses")
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusUpgradeRequired || len(api.asked) != 1 {
		t.Errorf("%s, asked were %v", resp.Status, api.asked)
	}
	checkHealthy(t, pool)
}

func inFlight(t *testing.T, pool *multiaccount.Pool, label string) int {
	t.Helper()
	return labelled(t, pool, label).InFlight
}

func labelled(t *testing.T, pool *multiaccount.Pool, label string) multiaccount.AccountStatus {
	t.Helper()
	all, err := pool.Accounts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if a.Label == label {
			return a
		}
	}
	t.Fatalf("no account %s", label)
	return multiaccount.AccountStatus{}
}
