//go:build failpoints

package failpoint_test

import (
	"bufio"
	"os"
	"os/exec"
	"testing"

	"github.com/seed-810f1486/multiaccount/internal/failpoint"
)

// A process arrives at two steps, again and again, until one of them keeps it.
func TestHereStops(t *testing.T) {
	if os.Getenv("ARRIVE") != "" {
		for n := byte('1'); ; n++ {
			_, _ = os.Stdout.Write([]byte{n, '\n'})
			failpoint.Here("other")
			failpoint.Here("step")
		}
	}
	for plan, want := range map[string][]string{
		"step":   {"1", `{"stopped":"step"}`},
		"step:3": {"1", "2", "3", `{"stopped":"step"}`},
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHereStops$")
		cmd.Env = append(os.Environ(), "ARRIVE=1", failpoint.Variable+"="+plan)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for _, line := range want {
			if !lines.Scan() || lines.Text() != line {
				t.Errorf("%s: %q, want %q", plan, lines.Text(), line)
			}
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	}
}
