package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway/dashboard"
	"github.com/seed-810f1486/multiaccount/internal/demo/living"
	"github.com/seed-810f1486/multiaccount/internal/serving"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tui"
)

// demoAddress is where the demo serves, beside a gateway at the usual address.
const demoAddress = "127.0.0.1:8384"

// livingDemo is the demo that stays.
type livingDemo struct {
	streams

	asJSON bool
	demo   *living.Demo
}

// serveDemo serves a gateway whose accounts are at a fake provider, until ctx ends.
// Nothing is left.
func serveDemo(ctx context.Context, s streams, address string, asJSON bool) (err error) {
	dir, err := os.MkdirTemp("", "multiaccount-demo-")
	if err != nil {
		return fmt.Errorf("making a folder for the accounts: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s.dir = &dir
	d := &livingDemo{streams: s, asJSON: asJSON}
	if d.demo, err = living.Open(ctx, dir, filepath.Join(dir, serving.ClientsName)); err != nil {
		return err
	}
	defer d.demo.Close()
	return runServing(ctx, serving.At(address), serving.Host{
		Dir: dir, SettingsFile: filepath.Join(dir, settings.FileName), Version: thisBuild().Version, In: s.in, Out: s.out, Err: s.err, Announce: d.announce, Meanwhile: d.demo.Play,
		Open: func(ctx context.Context) (*multiaccount.Engine, *zerolog.Logger, error) {
			return openServed(ctx, s, dir)
		},
	})
}

// shownDemo is what a program is told that started the demo. Its names are stable.
type shownDemo struct {
	Address   string `json:"address"`
	PID       int    `json:"pid"`
	Token     string `json:"token"`
	Dashboard string `json:"dashboard"`
	Dir       string `json:"dir"`
}

// announce says where it serves, and what to do there.
func (d *livingDemo) announce(ctx context.Context, address string) error {
	link, err := dashboard.NewLink(ctx, filepath.Join(*d.dir, dashboard.FileName))
	if err != nil {
		return err
	}
	if d.asJSON {
		return writeJSON(d.streams, shownDemo{address, os.Getpid(), d.demo.Token(), link, *d.dir})
	}
	look := tui.Colours()
	lines := []string{
		look.Title.Render("The dashboard, for five minutes and once:"), "  " + look.Accent.Render(link), "",
		look.Title.Render("The gateway:"), "  " + address,
		look.Title.Render("The token of its client \"you\":"), "  " + d.demo.Token(), "",
		"  curl " + address + "/anthropic/v1/messages -H \"Authorization: Bearer " + d.demo.Token() + "\" \\",
		`    -d '{"model": "claude-sonnet-4-6", "max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}'`, "",
		look.Faint.Render("Another link: multiaccount dashboard --dir " + *d.dir),
		look.Faint.Render("All accounts are at a fake provider on this machine. Stop it with ctrl-c; nothing is left."),
	}
	return tui.Print(d.out, strings.Join(lines, "\n")+"\n")
}
