package agents_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// The flags. Each is set by the caller alone.
var (
	which  = flag.String("agents", "", `the agents to install: "pinned" or "latest"; none when empty`)
	update = flag.Bool("update", false, "write docs/agents.md anew")
)

// variable holds what the process with the network has prepared for the one
// without.
const variable = "AGENTS_PREPARED"

// preparation is what the tests need, as paths.
type preparation struct {
	// Program is the command with the gateway.
	Program string
	// Agents are the programs by their package's name, Missing why others are not
	// there.
	Agents, Missing map[string]string
	// Isolation says how the network is kept away.
	Isolation string
}

func TestMain(m *testing.M) {
	flag.Parse()
	switch {
	case *which == "":
		os.Exit(m.Run())
	case os.Getenv(variable) == "":
		os.Exit(prepareAndRun())
	}
	if err := raiseLoopback(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// prepareAndRun installs and builds with the network, and runs the tests in a
// process without.
func prepareAndRun() int {
	folder, err := os.MkdirTemp("", "multiaccount-agents-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a temporary folder
	p, err := prepare(folder)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	cmd := exec.Command(os.Args[0], os.Args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	p.Isolation = isolate(cmd)
	fmt.Println("the agents run " + p.Isolation)
	told, _ := json.Marshal(p) // strings always encode
	cmd.Env = append(os.Environ(), variable+"="+string(told))
	if err := cmd.Run(); err != nil {
		if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
			return failed.ExitCode()
		}
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// prepared returns what there is, and skips the test where nothing is.
func prepared(t *testing.T) preparation {
	t.Helper()
	told := os.Getenv(variable)
	if told == "" {
		t.Skip("the agents are not installed: go test ./tests/agents -args -agents pinned")
	}
	var p preparation
	if err := json.Unmarshal([]byte(told), &p); err != nil {
		t.Fatal(err)
	}
	return p
}
