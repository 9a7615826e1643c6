package etcd

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
)

// Who asks an etcd that has not answered for long is told soon, and not after the
// patience of the first who asked. Any answer ends that.
func TestKnownOutageIsToldSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s silence
		is := func(want time.Duration, when string) {
			t.Helper()
			if got := s.patience(); got != want {
				t.Errorf("%s it waits %s, want %s", when, got, want)
			}
		}
		is(patience, "at first")
		s.note(context.DeadlineExceeded)
		time.Sleep(3 * time.Second)
		s.note(rpctypes.ErrNoLeader)
		is(patience-3*time.Second, "after 3 s without an answer")
		time.Sleep(time.Hour)
		is(leastPatience, "after an hour without an answer")
		s.note(rpctypes.ErrPermissionDenied)
		is(patience, "after a refusal")
		s.note(context.DeadlineExceeded)
		s.note(nil)
		is(patience, "after an answer")
	})
}
