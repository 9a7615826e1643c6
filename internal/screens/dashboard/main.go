// Command dashboard makes the pictures of the dashboard in docs/screens, of the
// demo that stays, with chromium. Run it in the repository:
//
//	go run ./internal/screens/dashboard
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// settled is how long the demo runs before its pictures are made, so that there is
// something on them.
const settled = 75 * time.Second

// picture is one file.
type picture struct {
	name, page, colours string
	width, height       int64
}

func pictures() []picture {
	return []picture{
		{"dashboard-accounts", "#accounts", "light", 1280, 900},
		{"dashboard-usage", "#usage", "dark", 1280, 900},
		{"dashboard-phone", "#accounts", "dark", 360, 780},
	}
}

func main() {
	into := flag.String("into", "docs/screens", "the folder of the pictures")
	wait := flag.Duration("after", settled, "how long the demo runs before")
	flag.Parse()
	if err := run(*into, *wait); err != nil {
		fmt.Fprintln(os.Stderr, "dashboard:", err)
		os.Exit(1)
	}
}

func run(into string, wait time.Duration) error {
	folder, err := os.MkdirTemp("", "multiaccount-screens-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // it is in the system's folder for such
	running, stop := context.WithCancel(context.Background())
	defer stop()
	demo, err := start(running, folder)
	if err != nil {
		return err
	}
	defer func() { stop(); _ = demo.process.Wait() }() // it was told to end
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(demo.Dashboard), chromedp.WaitVisible(chromedp.CSS(".account")), chromedp.Sleep(wait)); err != nil {
		return err
	}
	for _, p := range pictures() {
		if err := p.take(ctx, into); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

// drawn is how long a page takes to have all that it shows.
const drawn = 2 * time.Second

// take turns to the page, without loading it anew: the events that it has seen stay.
func (p *picture) take(ctx context.Context, into string) error {
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: p.colours}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		return err
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](fmt.Sprintf("location.hash = %q", p.page))); err != nil {
		return err
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(p.width, p.height), chromedp.Sleep(drawn)); err != nil {
		return err
	}
	data, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	if data, err = small(data); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(into, p.name+".png"), data, 0o644) //nolint:gosec // pictures are for all to read
}

// demo is a process that serves it.
type demo struct {
	Dashboard string `json:"dashboard"`

	process *exec.Cmd
}

func start(ctx context.Context, folder string) (*demo, error) {
	program := filepath.Join(folder, "multiaccount")
	if text, err := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/multiaccount").CombinedOutput(); err != nil { //nolint:gosec // the path is our own
		return nil, fmt.Errorf("%w: %s", err, text)
	}
	d := &demo{process: exec.CommandContext(ctx, program, "demo", "--serve", "--json", "--listen", "127.0.0.1:0")} //nolint:gosec // the program that was just built
	d.process.Stderr = os.Stderr
	d.process.Cancel = func() error { return d.process.Process.Signal(os.Interrupt) }
	out, err := d.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := d.process.Start(); err != nil {
		return nil, err
	}
	if err := json.NewDecoder(out).Decode(d); err != nil {
		return nil, errors.Join(err, d.process.Process.Kill(), d.process.Wait())
	}
	return d, nil
}
