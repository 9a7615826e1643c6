package accesslog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/internal/serving/traffic"
)

func TestMain(m *testing.M) {
	// The library removes old files by a goroutine that it never ends.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("gopkg.in/natefinch/lumberjack%2ev2.(*Logger).millRun"))
}

func open(t *testing.T, path string, failed func(error)) *Log {
	t.Helper()
	l, err := Open(path, failed)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A log that cannot be written any more says so once, and holds up nobody.
func TestLostLines(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	must(t, os.Mkdir(dir, 0o700))
	told := make(chan error, 10)
	l := open(t, filepath.Join(dir, "access.log"), func(err error) { told <- err })
	must(t, os.RemoveAll(dir))
	must(t, os.WriteFile(dir, nil, 0o600))
	for range 2 * queueSize {
		l.Ended(t.Context(), &traffic.Request{})
	}
	_ = l.Close()
	if len(told) != 1 {
		t.Errorf("told %d times", len(told))
	}
	l.Ended(t.Context(), &traffic.Request{}) // a request that is late
}

// A file that was moved away stays as it is, and another one is begun.
func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	l := open(t, path, func(err error) { t.Error(err) })
	l.Ended(t.Context(), &traffic.Request{Path: "/" + strings.Repeat("p", 1000), Model: "m\n\x1b[31m", Provider: "p"})
	for written, _ := os.ReadFile(path); len(written) == 0; written, _ = os.ReadFile(path) {
		must(t, t.Context().Err()) // until the line was written
	}
	must(t, os.Rename(path, path+".1"))
	must(t, l.Reopen())
	l.Ended(t.Context(), &traffic.Request{Path: "/second"})
	must(t, l.Close())
	first, err := os.ReadFile(path + ".1")
	must(t, err)
	second, err := os.ReadFile(path)
	must(t, err)
	if strings.Count(string(first), "\n") != 1 || len(first) > 800 || strings.Contains(string(first), "\x1b") || !strings.Contains(string(second), "/second") {
		t.Errorf("wrote %s and %s", first, second)
	}
}
