package agents_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
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
	}
}

// installTime is how long the installation of one agent may take.
const installTime = 3 * time.Minute

// prepare builds the command and installs the agents. One that cannot be installed
// is missing, with the reason.
func prepare(folder string) (preparation, error) {
	p := preparation{Program: filepath.Join(folder, "multiaccount"), Agents: map[string]string{}, Missing: map[string]string{}}
	if text, err := exec.Command("go", "build", "-o", p.Program, "../../cmd/multiaccount").CombinedOutput(); err != nil { //nolint:gosec,noctx // our own path
		return p, fmt.Errorf("%w\n%s", err, text)
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
	path, done := filepath.Join(folder, "node_modules", ".bin", a.program), filepath.Join(folder, "done")
	if _, err := os.Stat(done); err == nil && version != "latest" {
		return path, nil
	}
	if err := a.fetch(folder, version); err != nil {
		return "", err
	}
	if err := starts(path); err != nil {
		return "", err
	}
	return path, os.WriteFile(done, nil, 0o600)
}

// fetch has npm install the package from the registry that it is configured for.
func (a published) fetch(folder, version string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), installTime)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "install", "--prefix", folder, "--no-audit", "--no-fund", a.pkg+"@"+version) //nolint:gosec // a constant
	npm.Dir = folder
	if text, err := npm.CombinedOutput(); err != nil {
		return fmt.Errorf("npm install %s@%s: %w: %s", a.pkg, version, err, reason(text))
	}
	return nil
}

// starts reports why a program that was installed does not run.
func starts(path string) error {
	ctx, cancel := context.WithTimeout(context.Background(), installTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--version") //nolint:gosec // what was just installed
	if text, err := cmd.CombinedOutput(); err != nil {
		return errors.New("it does not start: " + reason(text))
	}
	return nil
}

// reason is the line that says what went wrong, else the last one.
func reason(text []byte) string {
	lines := strings.Split(string(bytes.TrimSpace(text)), "\n")
	for _, line := range lines {
		if strings.Contains(line, "Error: ") || strings.Contains(line, " code E") {
			return strings.TrimSpace(strings.TrimPrefix(line, "npm error "))
		}
	}
	return lines[len(lines)-1]
}
