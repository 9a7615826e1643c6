//go:build unix

package hook_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/hook"
)

// patience is how long something may take that happens at once as a rule.
const patience = time.Minute

// family is a program that starts another, which outlives it unless somebody
// ends that. Whoever of them lives keeps a pipe open.
func family(t *testing.T, then string) (argv []string, pipe string) {
	t.Helper()
	pipe = filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"sh", "-c", `exec 3>"$1"; sleep 60 & echo $! >&3; ` + then, "sh", pipe}, pipe
}

// A program that is ended does not leave behind what it has started.
func TestChildrenEndWithTheirProgram(t *testing.T) {
	argv, path := family(t, "wait")
	ctx, cancel := context.WithCancelCause(t.Context())
	late := errors.New("too late")
	ended := make(chan error, 1)
	go func() { ended <- hook.Run(ctx, argv, nil) }()
	pipe, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pipe.Close() }() // it was only read
	lines := bufio.NewReader(pipe)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	cancel(late)
	if err := <-ended; !errors.Is(err, late) {
		t.Errorf("error %v", err)
	}
	gone := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, lines)
		gone <- err
	}()
	select {
	case err := <-gone:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("what the program has started goes on without it")
	}
}

// What a program leaves running when it ends by itself is its own affair.
func TestChildrenOfAProgramThatEndedGoOn(t *testing.T) {
	argv, path := family(t, "exit 0")
	ended := make(chan error, 1)
	go func() { ended <- hook.Run(t.Context(), argv, []byte("{}\n")) }()
	pipe, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pipe.Close() }() // it was only read
	child := 0
	if line, err := bufio.NewReader(pipe).ReadString('\n'); err != nil {
		t.Fatal(err)
	} else {
		for _, digit := range line[:len(line)-1] {
			child = 10*child + int(digit-'0')
		}
	}
	if err := <-ended; err != nil {
		t.Errorf("error %v", err)
	}
	if err := syscall.Kill(child, syscall.SIGKILL); err != nil {
		t.Errorf("the child is gone: %v", err)
	}
}

func TestProgramThatIsNotThere(t *testing.T) {
	if err := hook.Run(t.Context(), []string{filepath.Join(t.TempDir(), "none")}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}
