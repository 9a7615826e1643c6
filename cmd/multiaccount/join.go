package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"sync"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/internal/demo"
)

// newJoin is what a demo in several processes calls for all but its first.
func newJoin(s streams) *cobra.Command {
	return &cobra.Command{
		Use:    "join",
		Short:  "Play a part in the demo that standard input tells of",
		Args:   cobra.NoArgs,
		Hidden: true,
		RunE:   func(c *cobra.Command, _ []string) error { return demo.Join(c.Context(), s.in, s.out) },
	}
}

// troupe starts processes for a demo, and keeps what they complain of until
// the screen is free. The zero value is ready.
type troupe struct {
	mu         sync.Mutex
	complaints bytes.Buffer
}

// spawn is a [demo.Spawn].
func (t *troupe) spawn(ctx context.Context) *exec.Cmd {
	program, err := os.Executable()
	cmd := exec.CommandContext(ctx, program, "demo", "join") //nolint:gosec // this very program
	cmd.Stderr = t
	if err != nil {
		cmd.Err = err
	}
	return cmd
}

// Write implements [io.Writer] for the standard errors of all processes.
func (t *troupe) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.complaints.Write(text)
}

// complain passes on what the processes had to complain of. They must have
// ended.
func (t *troupe) complain(to io.Writer) {
	_, _ = t.complaints.WriteTo(to) // there is nobody else to tell
}
