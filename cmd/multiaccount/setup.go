package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/internal/agents"
	"github.com/seed-810f1486/multiaccount/internal/localgate"
	"github.com/seed-810f1486/multiaccount/internal/nearest"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/internal/serving"
	"github.com/seed-810f1486/multiaccount/internal/setup"
	"github.com/seed-810f1486/multiaccount/tui"
)

const setupHelp = `Point a coding agent at the gateway for good, in its own settings.

It changes those keys alone that the agent needs; comments, order and all else stay.
--dry-run shows the change, and "multiaccount setup undo AGENT" takes it back: a file
that nobody has touched since becomes what it was, byte for byte.

The agent needs a gateway that runs: that of "multiaccount service install", or of
"multiaccount serve". Its token is that of a client of its own. Without an agent's name it finds those that are installed.

For one call, without a change of any settings, there is "multiaccount run AGENT".`

// settingUp is an agent that is to be set up, or taken back.
type settingUp struct {
	streams
	agent   agents.Agent
	address string
	dryRun  bool
	dir     string
}

func newSetup(s streams) *cobra.Command {
	o := settingUp{streams: s}
	c := &cobra.Command{
		Use: "setup [AGENT]", Short: "Point a coding agent at the gateway for good", Long: setupHelp, Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: completeAgent,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return o.choose(c.Context())
			}
			return o.named(c.Context(), args[0], func() error { return o.run(c.Context()) })
		},
	}
	c.Flags().BoolVar(&o.dryRun, "dry-run", false, "show what would be changed, and change nothing")
	c.Flags().StringVar(&o.address, "address", "", "where the gateway is, in place of the one that runs, else of http://"+serving.ListenAddress)
	c.AddCommand(newSetupUndo(s), newSetupStatus(s))
	return c
}

// named does something with the agent of a name.
func (o *settingUp) named(ctx context.Context, name string, do func() error) (err error) {
	var names []string
	for _, a := range agents.All() {
		if names = append(names, a.Name); a.Name == name {
			o.agent = a
		}
	}
	if o.agent.Name == "" {
		hint := ", only " + strings.Join(names, " ")
		if meant := nearest.Of(name, names); meant != "" {
			hint = fmt.Sprintf("; did you mean %q?", meant)
		}
		return &usageError{fmt.Errorf("there is no agent %q%s; \"multiaccount run PROGRAM\" runs any program", name, hint)}
	}
	if o.dir, err = o.folder(); err != nil {
		return err
	}
	return setup.Locked(ctx, o.dir, do)
}

func (o *settingUp) run(ctx context.Context) error {
	gate, err := o.gate(ctx)
	if err != nil {
		return err
	}
	call := agents.NewCall(os.Environ())
	plan, err := setup.ForSetup(o.dir, setup.Record{Agent: o.agent.Name, Client: o.client(), Address: gate.Address}, o.agent.Targets(call, gate))
	if err != nil {
		return fmt.Errorf("%s was not set up, and nothing was changed: %w", o.agent.Title, err)
	}
	defer o.warn(o.agent.Rivals(call, gate))
	switch {
	case o.dryRun:
		return write(o.streams, setup.Masked(plan.Diff(), gate.Token))
	case !plan.Changes():
		return write(o.streams, o.agent.Title+" is set up already.\n")
	}
	if err := plan.Apply(); err != nil {
		return err
	}
	return o.tellDone(ctx, plan, gate)
}

func (o *settingUp) client() string { return clientOf(localgate.OfSetup, o.agent) }

// gate is the gateway as the agent will use it. A dry run makes no client.
func (o *settingUp) gate(ctx context.Context) (g agents.Gate, err error) {
	g = agents.Gate{TokenFile: localgate.TokenFile(o.dir, o.client()), Token: localgate.Known(o.dir, o.client())}
	if g.Address, err = o.place(); err != nil {
		return g, err
	}
	if g.Providers, err = servedFor(o.dir, o.agent); err != nil {
		return g, err
	}
	if o.dryRun {
		if g.Token == "" {
			g.Token = "mag_…"
		}
		return g, nil
	}
	g.Token, err = localgate.Token(ctx, o.dir, filepath.Join(o.dir, serving.ClientsName), o.client())
	return g, err
}

// place is where the gateway is, or will be.
func (o *settingUp) place() (string, error) {
	if o.address != "" {
		u, err := url.Parse(o.address)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
			return "", &usageError{errors.New("--address is that of the gateway, as http://" + serving.ListenAddress)}
		}
		return u.Scheme + "://" + u.Host, nil
	}
	if p, ok, err := localgate.FindLasting(o.dir); err != nil || ok {
		return p.Address, err
	}
	return "http://" + serving.ListenAddress, nil
}

// tellDone says what was changed, and what is missing.
func (o *settingUp) tellDone(ctx context.Context, plan *setup.Plan, g agents.Gate) error {
	look := tui.Colours()
	text := look.Good.Render("✓") + " set up " + look.Title.Render(o.agent.Title) + " for " + g.Address + "\n"
	for _, path := range plan.Paths() {
		text += "  changed " + tui.Clean(path) + "\n"
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 && hasToken(path, g.Token) {
			o.warn([]string{"other users of this machine can read " + path + ", which has a token of the gateway"})
		}
	}
	switch p, ok, err := localgate.FindLasting(o.dir); {
	case err == nil && ok && p.Address == g.Address:
		if err := p.Accepted(ctx, g.Token); err != nil { // it takes over a new client within moments
			o.warn([]string{err.Error()})
		}
	case o.address == "":
		text += "The gateway has to run when it is used: \"multiaccount service install\", or \"multiaccount serve\".\n"
	}
	return tui.Print(o.out, text)
}

// hasToken reports whether a file has the token, and not the name of its file.
func hasToken(path, token string) bool {
	text, err := os.ReadFile(path)
	return err == nil && strings.Contains(string(text), token)
}

func (o *settingUp) warn(told []string) {
	for _, text := range told {
		_, _ = fmt.Fprintf(o.err, "multiaccount: %s\n", printable.Text(text)) // there is nobody else to tell
	}
}
