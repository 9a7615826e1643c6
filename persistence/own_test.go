package persistence_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/persistence"
)

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A lock that is shared keeps nobody out but who wants it alone.
func TestHolds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "lock")
	if taken, err := persistence.IsTaken(path); taken || err != nil {
		t.Errorf("taken %v, %v", taken, err)
	}
	first, err := persistence.Share(t.Context(), path)
	noError(t, err)
	second, err := persistence.Share(t.Context(), path)
	noError(t, err)
	if alone, err := persistence.TryTake(path); alone != nil || err != nil {
		t.Errorf("%v, %v", alone, err)
	}
	noError(t, errors.Join(first.Release(), second.Release()))
	alone, err := persistence.TryTake(path)
	noError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := persistence.Share(ctx, path); !errors.Is(err, persistence.ErrLocked) {
		t.Errorf("shared what is taken: %v", err)
	}
	if taken, err := persistence.IsTaken(path); !taken || err != nil {
		t.Errorf("taken %v, %v", taken, err)
	}
	noError(t, alone.Release())
	alone, err = persistence.Take(t.Context(), path)
	noError(t, err)
	noError(t, alone.Release())
}

// A file of another program is replaced only as it was read, and goes and comes.
func TestRewrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "file")
	noError(t, persistence.Rewrite(path, nil, []byte("one")))
	for _, stale := range [][]byte{nil, {}, []byte("two")} {
		if err := persistence.Rewrite(path, stale, []byte("x")); !errors.Is(err, persistence.ErrChanged) {
			t.Errorf("over %q: %v", stale, err)
		}
	}
	noError(t, persistence.Rewrite(path, []byte("one"), []byte("")))
	if text, err := persistence.ReadOwn(path); err != nil || text == nil || len(text) > 0 {
		t.Errorf("%q, %v", text, err)
	}
	noError(t, persistence.Rewrite(path, []byte{}, nil))
	noError(t, persistence.Rewrite(path, nil, nil))
	if text, err := persistence.ReadOwn(path); err != nil || text != nil {
		t.Errorf("%q, %v", text, err)
	}
	noError(t, os.Mkdir(path, 0o700))
	if err := persistence.Rewrite(path, nil, []byte("x")); err == nil {
		t.Error("a folder was replaced")
	}
}

// A log goes on where it ended, until it is large.
func TestOpenLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	for _, want := range []int64{0, 6, 0} {
		log, size, err := persistence.OpenLog(path, 10)
		noError(t, err)
		if size != want {
			t.Errorf("%d bytes, want %d", size, want)
		}
		_, err = log.WriteString("a line")
		noError(t, errors.Join(err, log.Close()))
	}
	if _, _, err := persistence.OpenLog(t.TempDir(), 10); err == nil {
		t.Error("a folder is a log")
	}
}
