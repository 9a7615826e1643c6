package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/internal/service"
	"github.com/seed-810f1486/multiaccount/internal/serving"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/tui"
)

const serviceInstallHelp = `Have the service manager start serve now, and at each login. A second call takes over
what has changed, and changes nothing otherwise.

Flags behind "--" are those of serve. The first call makes the first client of the
gateway and prints its token, once. An encrypted folder needs its key in the keyring
("multiaccount encrypt --keyring"): there is nobody to ask for a passphrase.`

func newServiceInstall(s streams) *cobra.Command {
	dry := false
	c := &cobra.Command{
		Use: "install [-- FLAGS OF SERVE]", Short: "Have serve started now and at each login", Long: serviceInstallHelp,
		Args: cobra.ArbitraryArgs, DisableFlagsInUseLine: true,
		RunE: func(c *cobra.Command, args []string) error {
			o, err := newServicing(s, args)
			if err != nil {
				return err
			}
			if dry {
				return write(s, o.planned())
			}
			return o.install(c.Context())
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "print what would be written and called, and do nothing")
	return c
}

func (o *servicing) install(ctx context.Context) error {
	if err := o.check(ctx); err != nil {
		return err
	}
	if err := o.firstClient(ctx); err != nil {
		return err
	}
	changed, err := o.writeFiles()
	if err != nil {
		return err
	}
	if changed {
		_ = o.call(ctx, o.plan.Stop) // nothing may run yet
	}
	if err := o.start(ctx); err != nil {
		return fmt.Errorf("the service does not start; \"multiaccount service logs\" may say why: %w", err)
	}
	for _, note := range o.plan.Notes {
		_, _ = fmt.Fprintln(o.err, note) // there is nobody else to tell
	}
	return o.tell("the service runs; \"multiaccount service status\" shows it")
}

// firstClient makes the first client and prints its token: what a service prints,
// others may read.
func (o *servicing) firstClient(ctx context.Context) error {
	clients, err := gateway.OpenClients(filepath.Join(o.dir, serving.ClientsName))
	if err != nil {
		return err
	}
	token, err := serving.FirstToken(ctx, clients)
	if err != nil || token == "" {
		return err
	}
	return write(o.streams, "The token of its first client, which is not shown again:\n"+token+"\n")
}

// writeFiles reports whether a file had another text.
func (o *servicing) writeFiles() (changed bool, err error) {
	for _, f := range o.plan.Files {
		old, err := persistence.ReadOwn(f.Path)
		if err == nil && !bytes.Equal(old, f.Text) {
			changed, err = true, persistence.Rewrite(f.Path, old, f.Text)
		}
		if err != nil {
			return changed, err
		}
	}
	return changed, nil
}

const (
	// startTries and startPause bound how long a manager is given to end what ran.
	startTries = 10
	startPause = 500 * time.Millisecond
)

func (o *servicing) start(ctx context.Context) error {
	err := o.callAll(ctx, o.plan.Start)
	for try := 1; err != nil && o.plan.Again && try < startTries; try++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(startPause):
		}
		err = o.callAll(ctx, o.plan.Start)
	}
	return err
}

func (o *servicing) tell(done string) error {
	return tui.Print(o.out, tui.Colours().Good.Render("✓")+" "+done+"\n")
}

// planned is what an installation would write and call.
func (o *servicing) planned() string {
	var b strings.Builder
	for _, f := range o.plan.Files {
		fmt.Fprintf(&b, "# %s\n%s\n", printable.Text(f.Path), printable.Lines(service.Readable(f.Text)))
	}
	for _, c := range o.plan.Start {
		b.WriteString(commandLine(c) + "\n")
	}
	return b.String()
}

// commandLine is a call as a person reads it.
func commandLine(c service.Call) string { return printable.Text(strings.Join(c, " ")) }

// saidBy is what a program had to say when it failed; nil when nothing.
func saidBy(text []byte) error {
	if text = bytes.TrimSpace(text); len(text) == 0 {
		return nil
	}
	return errors.New(printable.Lines(string(text)))
}

func newServiceUninstall(s streams) *cobra.Command {
	return &cobra.Command{
		Use: "uninstall", Short: "End the service and remove it; accounts and clients stay", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			o, err := newServicing(s, nil)
			if err != nil {
				return err
			}
			return o.uninstall(c.Context())
		},
	}
}

func (o *servicing) uninstall(ctx context.Context) error {
	if !o.isInstalled() {
		return o.tell("there is no service to remove")
	}
	// What is not known to the manager any more, or has no manager, can go all the same.
	left := o.callAll(ctx, o.plan.Leave)
	for _, f := range slices.Backward(o.plan.Files) {
		old, err := persistence.ReadOwn(f.Path)
		if err == nil && old != nil {
			err = persistence.Rewrite(f.Path, old, nil)
		}
		if err != nil {
			return errors.Join(left, err)
		}
	}
	left = errors.Join(left, o.callAll(ctx, o.plan.Forget))
	if left != nil {
		_, _ = fmt.Fprintf(o.err, "Its files are removed, but %s\n", printable.Lines(left.Error())) // as above
	}
	return o.tell("the service is removed")
}
