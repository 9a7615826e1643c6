package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/internal/agents"
	"github.com/seed-810f1486/multiaccount/internal/setup"
	"github.com/seed-810f1486/multiaccount/tui"
)

const setupStatusHelp = `Say which agents are installed and set up, and what has changed since.

An agent that writes its own settings, or its user, may overwrite what setup has set;
"multiaccount setup AGENT" sets it again. The exit status is 1 then.`

// agentStatus is an agent as the commands print it. Its JSON names are stable.
type agentStatus struct {
	Agent     string `json:"agent"`
	Installed bool   `json:"installed"`
	SetUp     bool   `json:"set_up"`
	// Address is where it was told that the gateway is.
	Address string `json:"address,omitempty"`
	// Overwritten is what is not as it was set up any more.
	Overwritten []string `json:"overwritten,omitempty"`
	// Rivals would be used in place of the gateway.
	Rivals []string `json:"rivals,omitempty"`

	title string
}

func newSetupStatus(s streams) *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use: "status", Short: "Say which agents are set up, and what has changed since", Long: setupStatusHelp, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			all, err := agentStatuses(s)
			if err != nil {
				return err
			}
			return tellAgents(s, all, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, and nothing else")
	return c
}

func agentStatuses(s streams) ([]agentStatus, error) {
	dir, err := s.folder()
	if err != nil {
		return nil, err
	}
	all := []agentStatus{}
	for _, a := range agents.All() {
		status, err := statusOfAgent(dir, a)
		if err != nil {
			return nil, err
		}
		all = append(all, status)
	}
	return all, nil
}

func statusOfAgent(dir string, a agents.Agent) (agentStatus, error) {
	_, missing := exec.LookPath(a.Command)
	status := agentStatus{Agent: a.Name, Installed: missing == nil, title: a.Title}
	record, err := setup.Load(dir, a.Name)
	if err != nil || record == nil {
		return status, err
	}
	status.SetUp, status.Address, status.Overwritten = true, record.Address, record.Overwritten()
	status.Rivals = a.Rivals(agents.NewCall(os.Environ()), agents.Gate{Address: record.Address, Providers: a.Providers})
	return status, nil
}

func tellAgents(s streams, all []agentStatus, asJSON bool) error {
	var verdict error
	t, told := newTable("AGENT", "INSTALLED", "SET UP FOR", "STATE"), ""
	for i := range all {
		a := &all[i]
		state := ""
		switch {
		case len(a.Overwritten) > 0:
			state, verdict = "overwritten", errUnwell
		case a.SetUp:
			state = "ok"
		}
		t.add(a.title, yes(a.Installed), a.Address, state)
		for _, text := range append(a.Overwritten, a.Rivals...) {
			told += fmt.Sprintf("%s: %s\n", a.title, tui.Clean(text))
		}
	}
	if asJSON {
		return errors.Join(writeJSON(s, all), verdict)
	}
	return errors.Join(t.print(s.out), write(s, told), verdict)
}

// choose offers the agents that are installed and not set up.
func (o *settingUp) choose(ctx context.Context) error {
	all, err := agentStatuses(o.streams)
	if err != nil {
		return err
	}
	var offered []tui.Option
	var names []string
	for i := range all {
		if a := &all[i]; a.Installed && (!a.SetUp || len(a.Overwritten) > 0) {
			offered, names = append(offered, tui.Option{Name: a.title}), append(names, a.Agent)
		}
	}
	if len(offered) == 0 || !isTerminal(o.in) || !isTerminal(o.err) {
		return errors.Join(tellAgents(o.streams, all, false), unnamed(names))
	}
	i, err := o.terminal().Select(ctx, "Which one is to use the gateway?", offered...)
	if err != nil {
		return err
	}
	return o.named(ctx, names[i], func() error { return o.run(ctx) })
}

// unnamed says what else to call where nobody can be asked.
func unnamed(names []string) error {
	if len(names) == 0 {
		return nil
	}
	return &usageError{fmt.Errorf("name the agent to set up: %s, as in \"multiaccount setup %s\"", strings.Join(names, " "), names[0])}
}
