package providertest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a clock that a test turns.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock {
	return &clock{now: time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// start starts a server whose clock stands still, and a client for it.
func start(t *testing.T) (*providertest.Server, *clock) {
	t.Helper()
	c := newClock()
	srv := providertest.New(providertest.Options{Now: c.Now})
	t.Cleanup(srv.Close)
	return srv, c
}

// client returns a client with connections of its own, which end with the test.
func client(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// answer is what came back, read to its end.
type answer struct {
	status int
	header http.Header
	body   string
	err    error // of reading the body
}

// field returns what stands in the JSON answer under these names.
func (a answer) field(t *testing.T, path ...string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("answer %d is not JSON: %v: %s", a.status, err, a.body)
	}
	for _, name := range path {
		object, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("no %q in %s", path, a.body)
		}
		v = object[name]
	}
	return v
}

func (a answer) text(t *testing.T, path ...string) string {
	t.Helper()
	s, ok := a.field(t, path...).(string)
	if !ok {
		t.Fatalf("%q is not a string in %s", path, a.body)
	}
	return s
}

// try sends a request and reads the answer; err is that of getting none.
func try(c *http.Client, req *http.Request) (a answer, err error) {
	res, err := c.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return answer{status: res.StatusCode, header: res.Header, body: string(body), err: err}, nil
}

// do is try for requests that must get an answer.
func do(t *testing.T, c *http.Client, req *http.Request) answer {
	t.Helper()
	a, err := try(c, req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	return a
}

const (
	question       = `{"model":"model-1","messages":[{"role":"user","content":"Who are you?"}]}`
	streamQuestion = `{"model":"model-1","stream":true,"messages":[{"role":"user","content":"Who are you?"}]}`
)

func post(t *testing.T, url, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return req
}

func get(t *testing.T, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// authorize logs a request in with the account's access token.
func authorize(req *http.Request, acct *providertest.AccountHandle) *http.Request {
	req.Header.Set("Authorization", "Bearer "+acct.AccessToken())
	a := acct.Account()
	if a.Flavour == providertest.Anthropic {
		req.Header.Set("Anthropic-Beta", "other-2020-01-01,oauth-2025-04-20")
		return req
	}
	workspace := a.Organization
	if workspace == "" {
		workspace = a.Subject
	}
	req.Header.Set("ChatGPT-Account-Id", workspace)
	return req
}

// ask returns a question in the name of the account, for the path that takes
// its access token.
func ask(t *testing.T, srv *providertest.Server, acct *providertest.AccountHandle, body string) *http.Request {
	t.Helper()
	url := srv.URL + "/v1/messages"
	if acct.Account().Flavour == providertest.OpenAI {
		url = srv.Endpoints(providertest.OpenAI).BaseURL + "/responses"
	}
	return authorize(post(t, url, body), acct)
}
