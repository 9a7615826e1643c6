package agents_test

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/seed-810f1486/multiaccount/tests/internal/npm"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// How the agents are kept from the network.
const (
	inNamespace   = "in a network namespace with nothing but loopback"
	behindProxies = "behind proxies that refuse everything"
)

// cache is where agents are installed, and stay.
const cache = "../../.cache/agents"

// published is an agent as npm has it.
type published struct {
	pkg, version string
	// program is what it installs.
	program string
}

func allPublished() []published {
	return []published{
		{"@anthropic-ai/claude-code", "2.1.332", "claude"},
		{"@openai/codex", "0.171.0", "codex"},
		{"opencode-ai", "1.18.33", "opencode"},
		{"@google/gemini-cli", "0.61.0", "gemini"},
	}
}

// startTime is how long an agent may take to say its version.
const startTime = time.Minute

// prepare builds the command and installs the agents. One that cannot be installed
// is missing, with the reason.
func prepare(folder string) (preparation, error) {
	program, err := rig.BuildCommand(folder)
	p := preparation{Program: program, Agents: map[string]string{}, Missing: map[string]string{}}
	if err != nil {
		return p, err
	}
	for _, a := range allPublished() {
		path, err := a.install()
		if err != nil {
			p.Missing[a.program] = err.Error()
			fmt.Printf("%s cannot run here: %v\n", a.program, err)
			continue
		}
		p.Agents[a.program] = path
	}
	return p, nil
}

// install returns the path of the program, which is installed where it is not yet.
func (a published) install() (string, error) {
	version := a.version
	if *which == "latest" {
		version = "latest"
	}
	folder, err := filepath.Abs(filepath.Join(cache, a.program+"-"+version))
	if err != nil {
		return "", err
	}
	if err := npm.Install(context.Background(), folder, a.pkg+"@"+version); err != nil {
		return "", err
	}
	path := filepath.Join(folder, "node_modules", ".bin", a.program)
	return path, starts(path)
}

// starts reports why a program that was installed does not run.
func starts(path string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--version")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("it does not start: %w: %s", err, text)
	}
	return nil
}
