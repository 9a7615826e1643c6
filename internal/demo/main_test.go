package demo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"go.uber.org/goleak"
)

// variable is set in the environment of a process that is to join a run.
const variable = "MULTIACCOUNT_DEMO_JOIN"

func TestMain(m *testing.M) {
	if os.Getenv(variable) == "" {
		goleak.VerifyTestMain(m)
	}
	if err := Join(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// spawn has this test binary join a run.
func spawn(ctx context.Context) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), variable+"=1")
	cmd.Stderr = os.Stderr
	return cmd
}
