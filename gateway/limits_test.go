package gateway

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// deadlines is a way to a client that remembers until when it may stall.
type deadlines struct {
	*httptest.ResponseRecorder
	read, write time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error  { d.read = t; return nil }
func (d *deadlines) SetWriteDeadline(t time.Time) error { d.write = t; return nil }

// An upload may take as long as it moves, and no deadline outlives it.
func TestUploadsMayTakeLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &deadlines{ResponseRecorder: httptest.NewRecorder()}
		u := &upload{src: strings.NewReader(strings.Repeat("x", 10)), w: newWriter(to, nil)}
		for range 10 {
			if _, err := u.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
			if left := time.Until(to.read); left < uploadStall/2 || left > uploadStall {
				t.Errorf("%v are left for the next piece", left)
			}
			time.Sleep(uploadStall / 3)
		}
		if err := u.done(); err != nil || !to.read.IsZero() {
			t.Errorf("the deadline is still %v, %v", to.read, err)
		}
	})
}

// One that stops is told so.
func TestStalledUpload(t *testing.T) {
	for err, want := range map[error]int{
		os.ErrDeadlineExceeded: http.StatusRequestTimeout, &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}: http.StatusRequestTimeout,
		io.ErrUnexpectedEOF: http.StatusBadRequest, errors.New("odd"): http.StatusBadRequest,
	} {
		if got := (asker{}).status(uploadRefusal(err), time.Now()); got != want {
			t.Errorf("%v is told as %d", err, got)
		}
	}
}

// An answer may take as long as its client reads.
func TestAnswersMayTakeLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &deadlines{ResponseRecorder: httptest.NewRecorder()}
		w := newWriter(to, nil)
		for range 10 {
			if _, err := io.WriteString(w, "x"); err != nil {
				t.Fatal(err)
			}
			if left := time.Until(to.write); left < writeStall/2 || left > writeStall {
				t.Errorf("%v are left for the next piece", left)
			}
			time.Sleep(writeStall / 3)
		}
	})
}

// What comes beyond the limit is closed at once, and may come when another has gone.
func TestLimit(t *testing.T) {
	inner, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := Limit(inner, 2)
	accepted := make(chan net.Conn)
	go func() {
		defer close(accepted)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- conn
		}
	}()
	dial := func() net.Conn {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	dial()
	first := <-accepted
	dial()
	second := <-accepted
	if _, err := dial().Read(make([]byte, 1)); err == nil {
		t.Error("a third one stays open")
	}
	_, _ = first.Close(), first.Close()
	dial()
	third := <-accepted
	if _, err := dial().Read(make([]byte, 1)); err == nil {
		t.Error("closing one twice made room for two")
	}
	_, _, _ = second.Close(), third.Close(), l.Close()
	<-accepted
}
