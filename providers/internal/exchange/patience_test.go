package exchange_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
)

// lateContext ends when its test says so: long after its deadline, as for a
// process that was stopped meanwhile.
type lateContext struct {
	context.Context //nolint:containedctx // it is one itself
	deadline        time.Time
	fired           chan struct{}
}

func newLateContext(ctx context.Context, by time.Duration) lateContext {
	return lateContext{ctx, time.Now().Add(-by), make(chan struct{})}
}

func (l lateContext) Deadline() (time.Time, bool) { return l.deadline, true }
func (l lateContext) Done() <-chan struct{}       { return l.fired }

func (l lateContext) Err() error {
	select {
	case <-l.fired:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

const granted = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + `{"access_token":"at","refresh_token":"rt2"}`

// wired is an endpoint whose connections are pipes; dial makes one.
func wired(dial func(ctx context.Context) (net.Conn, error)) exchange.Endpoint {
	return exchange.Endpoint{Provider: "test", URL: "http://test.example/token", Client: exchange.Client(&http.Client{
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) }},
	})}
}

// accepts answers a request once it has come and the test lets it.
func accepts(came, answer chan struct{}, text string) func(context.Context) (net.Conn, error) {
	return func(context.Context) (net.Conn, error) {
		mine, theirs := net.Pipe()
		go func() {
			defer func() { _ = theirs.Close() }()
			_, _ = http.ReadRequest(bufio.NewReader(theirs))
			close(came)
			<-answer
			_, _ = io.WriteString(theirs, text)
		}()
		return mine, nil
	}
}

type outcome struct {
	grant account.Grant
	err   error
}

func refreshing(ctx context.Context, e exchange.Endpoint) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		grant, _, err := e.Refresh(ctx, account.Credentials{RefreshToken: account.NewSecret(refreshToken)})
		done <- outcome{grant, err}
	}()
	return done
}

// The timer of a process that was stopped comes first when it goes on, the
// answer that has lain in its socket second.
func TestAnswerBehindALateTimerIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		came, answer := make(chan struct{}), make(chan struct{})
		ctx := newLateContext(t.Context(), 10*time.Second)
		done := refreshing(ctx, wired(accepts(came, answer, granted)))
		<-came
		close(ctx.fired)
		synctest.Wait()
		close(answer)
		if got := <-done; got.err != nil || got.grant.RefreshToken.Reveal() != "rt2" {
			t.Errorf("the answer was thrown away: %v", got.err)
		}
	})
}

// The grace has an end.
func TestNoAnswerBehindALateTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		came, answer := make(chan struct{}), make(chan struct{})
		defer close(answer)
		ctx := newLateContext(t.Context(), 10*time.Second)
		done := refreshing(ctx, wired(accepts(came, answer, "")))
		<-came
		begun := time.Now()
		close(ctx.fired)
		if got := <-done; !errors.Is(got.err, context.DeadlineExceeded) {
			t.Errorf("error %v", got.err)
		}
		if took := time.Since(begun); took != 5*time.Second {
			t.Errorf("ended after %v", took)
		}
	})
}

// A timer that comes in time ends the exchange at once.
func TestTimerInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		came, answer := make(chan struct{}), make(chan struct{})
		defer close(answer)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		begun := time.Now()
		got := <-refreshing(ctx, wired(accepts(came, answer, "")))
		if took := time.Since(begun); !errors.Is(got.err, context.DeadlineExceeded) || took != 30*time.Second {
			t.Errorf("ended after %v with %v", took, got.err)
		}
	})
}

// What is not sent yet is not sent late: the token stays unspent.
func TestLateTimerBeforeSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := newLateContext(t.Context(), 10*time.Second)
		dialing, end := make(chan struct{}), make(chan struct{})
		defer close(end)
		done := refreshing(ctx, wired(func(context.Context) (net.Conn, error) {
			close(dialing)
			<-end
			return nil, io.EOF
		}))
		<-dialing
		begun := time.Now()
		close(ctx.fired)
		got := <-done
		var refused *providers.RefreshError
		if !errors.As(got.err, &refused) || !errors.Is(got.err, context.DeadlineExceeded) || time.Since(begun) != 0 {
			t.Errorf("ended after %v with %v", time.Since(begun), got.err)
		}
	})
}
