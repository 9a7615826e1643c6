package agents_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
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
	// program is what it installs, with is another package that it needs.
	program, with string
}

func allPublished() []published {
	return []published{
		{pkg: "@anthropic-ai/claude-code", version: "2.1.332", program: "claude"},
		{pkg: "@openai/codex", version: "0.171.0", program: "codex"},
		{pkg: "opencode-ai", version: "1.18.33", program: "opencode"},
		{pkg: "@google/gemini-cli", version: "0.61.0", program: "gemini"},
		{pkg: "@earendil-works/pi-coding-agent", version: "1.6.0", program: "pi", with: nodePackage()},
	}
}

// nodePackage is a Node that pi runs on, which needs 22.19 and finds it beside
// itself; the one of this machine may be older.
func nodePackage() string {
	arch := map[string]string{"amd64": "x64"}[runtime.GOARCH]
	return "node-" + runtime.GOOS + "-" + cmp.Or(arch, runtime.GOARCH) + "@22.23.3"
}

// startTime is how long an agent may take to say its version.
const startTime = 3 * time.Minute

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
	packages := slices.DeleteFunc([]string{a.pkg + "@" + version, a.with}, func(name string) bool { return name == "" })
	if err := npm.Install(context.Background(), folder, packages...); err != nil {
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
	cmd.Env = append(os.Environ(), "PATH="+pathBefore(path))
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("it does not start: %w: %s", err, text)
	}
	return nil
}
