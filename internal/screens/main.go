// Command screens makes the pictures of the README: it runs the command itself
// on a pseudo-terminal, with accounts of a fake provider, and draws what shows
// there. Call it in the root of the repository:
//
//	go run ./internal/screens
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/charmbracelet/x/vt"

	"github.com/seed-810f1486/multiaccount/internal/screens/draw"
	"github.com/seed-810f1486/multiaccount/internal/screens/stage"
	"github.com/seed-810f1486/multiaccount/internal/tty"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// target is where the pictures go.
const target = "docs/screens"

// shot is one picture.
type shot struct {
	name, title   string
	args          []string
	width, height int
	// steps are keys, each with what shows before they are pressed.
	steps []step
	// until is what the picture shows.
	until string
}

type step struct{ seen, keys string }

func shots() []shot {
	return []shot{
		{"accounts", "The screen of multiaccount: accounts with their state and quota", nil, 84, 23, []step{{"side project", "j"}}, "alice@home.example"},
		{"account", "All that is known of an account on the screen of multiaccount", nil, 84, 23, []step{{"side project", "\r"}}, "No decisions"},
		{"filter", "The accounts that a filter leaves on the screen of multiaccount", nil, 84, 23, []step{{"side project", "/open"}}, "/open"},
		{"strategy", "Choosing a strategy on the screen of multiaccount", nil, 84, 23, []step{{"side project", "s"}}, "drain-first"},
		{"status", "What multiaccount status prints", []string{"status"}, 84, 32, nil, "switched off"},
	}
}

func main() {
	if err := takeAll(context.Background(), target); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// patience is how long all pictures may take.
const patience = 2 * time.Minute

func takeAll(ctx context.Context, to string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	folder, err := os.MkdirTemp("", "multiaccount-screens-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	program := filepath.Join(folder, "multiaccount")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/multiaccount") //nolint:gosec // the path is our own
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	for _, s := range shots() {
		if err := s.take(ctx, program, filepath.Join(folder, s.name), filepath.Join(to, s.name+".svg")); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return drawRecording(filepath.Join(target, recording+".cast"), filepath.Join(to, recording+".svg"))
}

// recording is what tests/agents has recorded.
const recording = "agents"

func drawRecording(from, to string) error {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // it was read only
	cast, err := draw.ReadCast(file)
	if err != nil {
		return err
	}
	return os.WriteFile(to, []byte(cast.Movie()), 0o644) //nolint:gosec // pictures are for all to read
}

// take makes a picture with a folder of its own.
func (s *shot) take(ctx context.Context, program, dir, file string) error {
	srv := providertest.New(providertest.Options{}) //nolint:contextcheck // it is closed below
	defer srv.Close()
	if err := stage.Fill(ctx, dir, srv); err != nil {
		return err
	}
	zone := dir + ".zone"
	if err := writeZone(zone, time.Now()); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program, s.args...) //nolint:gosec // the program that was just built
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=", "NO_COLOR=", "MULTIACCOUNT_DIR="+dir, "TZ="+zone)
	terminal, err := tty.Start(cmd, s.width, s.height)
	if err != nil {
		return err
	}
	defer terminal.Close()
	for _, step := range s.steps {
		if _, err := terminal.AwaitText(ctx, step.seen); err != nil {
			return err
		}
		if err := terminal.Type(step.keys); err != nil {
			return err
		}
	}
	if _, err := terminal.AwaitText(ctx, s.until); err != nil {
		return err
	}
	picture := ""
	terminal.Draw(func(screen *vt.Emulator) { picture = draw.Screen(s.title, screen) })
	return os.WriteFile(file, []byte(picture), 0o644) //nolint:gosec // pictures are for all to read
}
