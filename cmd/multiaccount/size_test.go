package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// largestBinary is how large the command may be as it is handed out, stripped. Of it
// 4 MB are SQLite, 3 MB what sends traces.
const largestBinary = 34 << 20

// What only tests need must not be in everybody's binary.
func TestCommandLinksNoProviderSDK(t *testing.T) {
	linked, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, module := range []string{"anthropics/anthropic-sdk-go", "openai/openai-go", "creack/pty", "goleak", "testscript"} {
		if strings.Contains(string(linked), module) {
			t.Errorf("the command links %s", module)
		}
	}
}

func TestCommandIsSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("links the whole command: left out with -short")
	}
	program := filepath.Join(t.TempDir(), "multiaccount")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is handed out
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	info, err := os.Stat(program)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > largestBinary {
		t.Errorf("the stripped command has %d bytes, more than %d", info.Size(), largestBinary)
	}
}
