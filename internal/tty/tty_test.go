package tty_test

import (
	"context"
	"errors"
	"os/exec"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/internal/tty"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What a program has started holds the terminal open as well, and may not end at a hang-up.
func TestCloseEndsWhatTheProgramStarted(t *testing.T) {
	terminal, err := tty.Start(exec.Command("sh", "-c", "trap '' HUP; echo begun; sleep 600; echo over"), 80, 24)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := terminal.AwaitText(ctx, "begun"); err != nil {
		t.Fatal(err)
	}
	closed := make(chan struct{})
	go func() {
		terminal.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-ctx.Done():
		t.Fatal("the terminal does not close while the program's child runs")
	}
}
