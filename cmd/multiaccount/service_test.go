package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/service"
)

func TestLastLines(t *testing.T) {
	for _, test := range []struct {
		text string
		n    int
		want string
	}{
		{"", 2, ""}, {"a\n", 2, "a\n"}, {"a\nb\nc\n", 2, "b\nc\n"}, {"a\nb\nc", 2, "b\nc"}, {"a\nb\n", 2, "a\nb\n"}, {"\n\n\n", 1, "\n"},
	} {
		if got := string(lastLines([]byte(test.text), test.n)); got != test.want {
			t.Errorf("the last %d of %q are %q", test.n, test.text, got)
		}
	}
}

// A log is followed through its being begun anew.
func TestLogIsFollowed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "service.log")
	write := func(flags int, text string) {
		t.Helper()
		file, err := os.OpenFile(path, flags|os.O_WRONLY|os.O_CREATE, 0o600)
		if err == nil {
			_, err = file.WriteString(text)
			err = errors.Join(err, file.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		write(0, strings.Repeat("old\n", 2*service.LogLines))
		ctx, cancel := context.WithCancel(t.Context())
		var out bytes.Buffer
		ended := make(chan error)
		go func() { ended <- showLog(ctx, streams{out: &out}, path, true) }()
		synctest.Wait()
		write(os.O_APPEND, "new \x1b[31m\n")
		time.Sleep(2 * logPause)
		write(os.O_TRUNC, "again\n")
		time.Sleep(2 * logPause)
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		got := out.String()
		if strings.Count(got, "old\n") != service.LogLines || !strings.HasSuffix(got, "again\n") || !strings.Contains(got, "new ") || strings.Contains(got, "\x1b") {
			t.Errorf("it shows %q", got)
		}
	})
}

func TestNoLogYet(t *testing.T) {
	err := showLog(t.Context(), streams{out: &bytes.Buffer{}}, filepath.Join(t.TempDir(), "service.log"), false)
	if codeOf(t.Context(), err) != codeNotInstalled {
		t.Errorf("got %v", err)
	}
}
