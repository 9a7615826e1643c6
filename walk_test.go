package multiaccount_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/settings"
)

// upstream is a provider's API in memory: each token has answers to give, and
// then 200.
type upstream struct {
	mu      sync.Mutex
	answers map[string][]int
	// calls are the tokens in the order they came.
	calls []string
	body  string
}

func (u *upstream) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		read, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		u.body = string(read)
		if err := req.Body.Close(); err != nil {
			return nil, err
		}
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	token := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
	status := u.next(token)
	if status == 0 {
		return nil, errors.New("connection reset")
	}
	return &http.Response{
		StatusCode: status, Request: req, Header: http.Header{"X-Served-By": {token}}, Body: io.NopCloser(strings.NewReader("answer")),
	}, nil
}

func (u *upstream) next(token string) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.calls = append(u.calls, token)
	left := u.answers[token]
	if len(left) == 0 {
		return http.StatusOK
	}
	u.answers[token] = left[1:]
	return left[0]
}

// TestExecutor checks the table of what follows each answer: who is asked, in
// which order, and what the caller gets.
func TestExecutor(t *testing.T) {
	const a, b = "access-a", "access-b"
	tests := map[string]struct {
		answers map[string][]int
		calls   []string
		status  int
		err     any
		check   func(t *testing.T, pool *multiaccount.Pool, ids []string)
	}{
		"success": {calls: []string{a}, status: 200},
		"a redirect is the caller's": {
			answers: map[string][]int{a: {http.StatusNotModified}}, calls: []string{a}, status: http.StatusNotModified,
		},
		"the caller's fault is returned and touches no account": {
			answers: map[string][]int{a: {http.StatusBadRequest}}, calls: []string{a}, status: http.StatusBadRequest,
			check: func(t *testing.T, pool *multiaccount.Pool, ids []string) {
				if s := statusOf(t, pool, ids[0]); s.State != multiaccount.StateReady || s.Failures != 0 {
					t.Errorf("account after a 400: %s, %d failures", s.State, s.Failures)
				}
			},
		},
		"401 refreshes once and asks the same account": {
			answers: map[string][]int{a: {http.StatusUnauthorized}}, calls: []string{a, "access-1"}, status: 200,
			check: func(t *testing.T, pool *multiaccount.Pool, ids []string) {
				if s := statusOf(t, pool, ids[0]); s.Failures != 0 || s.Generation != 2 {
					t.Errorf("after a refresh: %d failures, generation %d", s.Failures, s.Generation)
				}
			},
		},
		"a second 401 counts and goes to the next": {
			answers: map[string][]int{a: {http.StatusUnauthorized}, "access-1": {http.StatusUnauthorized}},
			calls:   []string{a, "access-1", b}, status: 200,
			check: func(t *testing.T, pool *multiaccount.Pool, ids []string) {
				if s := statusOf(t, pool, ids[0]); s.Failures != 1 || s.State != multiaccount.StateCooling || s.Reason == "" {
					t.Errorf("after two refusals: %s, %d failures", s.State, s.Failures)
				}
			},
		},
		"revoked disables while another is usable": {
			answers: map[string][]int{a: {http.StatusForbidden}}, calls: []string{a, b}, status: 200,
			check: func(t *testing.T, pool *multiaccount.Pool, ids []string) {
				if s := statusOf(t, pool, ids[0]); s.State != multiaccount.StateReauth {
					t.Errorf("revoked account is %s", s.State)
				}
			},
		},
		"429 cools and goes to the next": {
			answers: map[string][]int{a: {http.StatusTooManyRequests}}, calls: []string{a, b}, status: 200,
			check: func(t *testing.T, pool *multiaccount.Pool, ids []string) {
				s := statusOf(t, pool, ids[0])
				if s.State != multiaccount.StateCooling || time.Until(s.CooldownUntil) != 5*time.Second {
					t.Errorf("limited account is %s for %v", s.State, time.Until(s.CooldownUntil))
				}
			},
		},
		"429 from all is a typed error": {
			answers: map[string][]int{a: {http.StatusTooManyRequests}, b: {http.StatusTooManyRequests}},
			calls:   []string{a, b}, err: new(*multiaccount.AllAccountsLimitedError),
		},
		"5xx asks the same account twice more, then the next": {
			answers: map[string][]int{a: {500, 503, 502}}, calls: []string{a, a, a, b}, status: 200,
			check: func(t *testing.T, pool *multiaccount.Pool, ids []string) {
				if s := statusOf(t, pool, ids[0]); s.State != multiaccount.StateReady {
					t.Errorf("account after 5xx is %s", s.State)
				}
			},
		},
		"5xx from all is returned": {
			answers: map[string][]int{a: {500, 500, 500}, b: {500, 500, 503}}, calls: []string{a, a, a, b, b, b}, status: 503,
		},
		"a broken connection is tried like a 5xx": {
			answers: map[string][]int{a: {0, 0}}, calls: []string{a, a, a}, status: 200,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				p := &plainProvider{}
				s := quiet()
				s.MaxWait = 0
				eng, pool := openPlain(t, p, s)
				ids := []string{add(t, pool, "a"), add(t, pool, "b")}
				up := &upstream{answers: test.answers}
				resp, err := post(pool.Transport(up), "question")
				if test.err != nil {
					if !errors.As(err, test.err) {
						t.Fatalf("error %v, want %T", err, test.err)
					}
				} else {
					checkAnswer(t, resp, err, test.status)
				}
				if !slices.Equal(up.calls, test.calls) {
					t.Errorf("asked %v, want %v", up.calls, test.calls)
				}
				if up.body != "question" {
					t.Errorf("the last one asked got body %q", up.body)
				}
				if test.check != nil {
					test.check(t, pool, ids)
				}
				for _, id := range ids {
					if n := statusOf(t, pool, id).InFlight; n != 0 {
						t.Errorf("%d requests still in flight", n)
					}
				}
				closeEngine(t, eng)
			})
		})
	}
}

func post(rt http.RoundTripper, body string) (*http.Response, error) {
	return postContext(context.Background(), rt, body)
}

func postContext(ctx context.Context, rt http.RoundTripper, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://provider.test/v1", bytes.NewReader([]byte(body)))
	if err != nil {
		return nil, err
	}
	return rt.RoundTrip(req)
}

func checkAnswer(t *testing.T, resp *http.Response, err error, status int) {
	t.Helper()
	if err != nil {
		t.Fatalf("error %v, want status %d", err, status)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || string(body) != "answer" {
		t.Errorf("body %q, %v", body, err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Errorf("closing: %v", err)
	}
	if resp.StatusCode != status {
		t.Errorf("status %d, want %d", resp.StatusCode, status)
	}
}

// A limit that ends within max_wait is waited for, even by the only account;
// where nobody said when, the account is tried in the third quarter.
func TestWaitsForShortLimit(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := quiet()
		s.MaxWait = 30 * time.Second
		_, pool := openPlain(t, &plainProvider{}, s)
		add(t, pool, "a")
		up := &upstream{answers: map[string][]int{"access-a": {429}}}
		began := time.Now()
		resp, err := post(pool.Transport(up), "question")
		checkAnswer(t, resp, err, 200)
		if waited := time.Since(began); waited < 2500*time.Millisecond || waited > 3750*time.Millisecond {
			t.Errorf("waited %v", waited)
		}
	})
}

// Whoever waits for a limit is served as soon as an account is added.
func TestWaiterGetsNewAccount(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := quiet()
		s.DefaultRetryAfter = 25 * time.Second
		_, pool := openPlain(t, &plainProvider{}, s)
		add(t, pool, "a")
		acquire(t, pool, multiaccount.Request{}).Done(multiaccount.Outcome{Status: 429, Header: http.Header{}})
		synctest.Wait()
		got := make(chan string)
		go func() {
			lease := acquire(t, pool, multiaccount.Request{})
			lease.Done(multiaccount.Outcome{Status: 200})
			got <- lease.AccountID()
		}()
		synctest.Wait()
		if id := add(t, pool, "b"); <-got != id {
			t.Error("the waiter was not served by the new account")
		}
	})
}

func TestUnreplayableBodyIsSentOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		_, pool := openPlain(t, &plainProvider{}, quiet())
		add(t, pool, "a")
		add(t, pool, "b")
		up := &upstream{answers: map[string][]int{"access-a": {500}}}
		req, err := http.NewRequest(http.MethodPost, "https://provider.test/v1", io.NopCloser(strings.NewReader("once")))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := pool.Transport(up).RoundTrip(req)
		checkAnswer(t, resp, err, 500)
		if len(up.calls) != 1 {
			t.Errorf("sent %d times", len(up.calls))
		}
	})
}

func TestPinFailsClosed(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		_, pool := openPlain(t, &plainProvider{}, quiet())
		id := add(t, pool, "a")
		add(t, pool, "b")
		up := &upstream{answers: map[string][]int{"access-a": {429}}}
		ctx := multiaccount.WithAccount(context.Background(), id)
		resp, err := postContext(ctx, pool.Transport(up), "question")
		checkAnswer(t, resp, err, 429)
		_, err = postContext(ctx, pool.Transport(up), "question") //nolint:bodyclose // there is no answer
		var unavailable *multiaccount.AccountUnavailableError
		if !errors.As(err, &unavailable) || unavailable.AccountID != id || unavailable.RetryAt.IsZero() {
			t.Errorf("pinned to a limited account: %v", err)
		}
		if slices.Contains(up.calls, "access-b") {
			t.Error("another account served a pinned request")
		}
	})
}

func TestForeignHostIsRefused(t *testing.T) {
	_, pool := openPlain(t, &plainProvider{}, quiet())
	add(t, pool, "a")
	up := &upstream{}
	body := &closeRecorder{Reader: strings.NewReader("secret")}
	req, err := http.NewRequest(http.MethodPost, "https://elsewhere.test/v1", body)
	if err != nil {
		t.Fatal(err)
	}
	_, err = pool.Transport(up).RoundTrip(req) //nolint:bodyclose // there is no answer
	var foreign *multiaccount.ForeignHostError
	if !errors.As(err, &foreign) || foreign.Host != "elsewhere.test" {
		t.Errorf("foreign host: %v", err)
	}
	if len(up.calls) != 0 || !body.closed {
		t.Errorf("sent %d times, body closed: %v", len(up.calls), body.closed)
	}
}

type closeRecorder struct {
	io.Reader
	closed bool
}

func (c *closeRecorder) Close() error {
	c.closed = true
	return nil
}

// A request is in flight until its body ends; the account's cap counts it.
func TestMaxInFlight(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		_, pool := openPlain(t, &plainProvider{}, quiet())
		id := add(t, pool, "a", func(a *multiaccount.NewAccount) { a.MaxInFlight = 1 })
		rt := pool.Transport(&upstream{})
		first, err := post(rt, "one")
		if err != nil {
			t.Fatal(err)
		}
		if s := statusOf(t, pool, id); s.State != multiaccount.StateBusy || s.InFlight != 1 {
			t.Errorf("with a body open: %s, %d in flight", s.State, s.InFlight)
		}
		second := make(chan error)
		go func() {
			resp, err := post(rt, "two")
			if err == nil {
				err = resp.Body.Close()
			}
			second <- err
		}()
		synctest.Wait()
		select {
		case err := <-second:
			t.Fatalf("the second request did not wait: %v", err)
		default:
		}
		checkAnswer(t, first, nil, 200)
		if err := <-second; err != nil {
			t.Errorf("the second request: %v", err)
		}
	})
}

func TestCancelledCallerReturnsAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		release := make(chan struct{})
		p := &plainProvider{refresh: func(context.Context, account.Credentials) (account.Grant, error) {
			<-release
			return account.Grant{AccessToken: account.NewSecret("fresh"), ExpiresAt: time.Now().Add(time.Hour)}, nil
		}}
		_, pool := openPlain(t, p, quiet())
		id := add(t, pool, "a", expired)
		ctx, cancel := context.WithCancel(context.Background())
		left := make(chan error)
		go func() {
			_, err := pool.Acquire(ctx, multiaccount.Request{})
			left <- err
		}()
		stayed := make(chan *multiaccount.Lease)
		go func() { stayed <- acquire(t, pool, multiaccount.Request{}) }()
		synctest.Wait()
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("the caller that left got %v", err)
		}
		close(release)
		lease := <-stayed
		if lease.Token() != "fresh" || p.refreshes.Load() != 1 {
			t.Errorf("token %q after %d refreshes", lease.Token(), p.refreshes.Load())
		}
		synctest.Wait()
		if n := statusOf(t, pool, id).InFlight; n != 1 {
			t.Errorf("%d in flight, want the one that stayed", n)
		}
		lease.Done(multiaccount.Outcome{Status: 200})
	})
}

func TestLastAccountIsKept(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		_, pool := openPlain(t, &plainProvider{}, quiet())
		id := add(t, pool, "a")
		up := &upstream{answers: map[string][]int{"access-a": {403}}}
		_, err := post(pool.Transport(up), "question") //nolint:bodyclose // there is no answer
		var reauth *multiaccount.ReauthRequiredError
		if !errors.As(err, &reauth) || reauth.AccountID != id {
			t.Fatalf("revoked, and no other account: %v", err)
		}
		s := statusOf(t, pool, id)
		if s.State != multiaccount.StateReauth || !s.Enabled {
			t.Errorf("the last account is %s, enabled %v", s.State, s.Enabled)
		}
		time.Sleep(5 * time.Minute) // the bubble's clock
		resp, err := post(pool.Transport(up), "question")
		checkAnswer(t, resp, err, 200)
		if s := statusOf(t, pool, id); s.State != multiaccount.StateReady {
			t.Errorf("after a refresh that worked it is %s: %s", s.State, s.Reason)
		}
	})
}

func TestSettingsLowerAttempts(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		s := settings.Default()
		s.MaxAttempts = 2
		_, pool := openPlain(t, &plainProvider{}, s)
		add(t, pool, "a")
		up := &upstream{answers: map[string][]int{"access-a": {500, 500, 500}}}
		resp, err := post(pool.Transport(up), "question")
		checkAnswer(t, resp, err, 500)
		if len(up.calls) != 2 {
			t.Errorf("%d attempts", len(up.calls))
		}
	})
}
