package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/internal/agents"
	"github.com/seed-810f1486/multiaccount/internal/localgate"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/internal/serving"
	"github.com/seed-810f1486/multiaccount/vault"
)

const runHelp = `Run a coding agent, or any program, with the accounts.

It finds the gateway that serves this folder, or starts one, which all that run so
share, and which ends when the last of them is gone. The agent is told of it by its
environment: nothing is written to its settings, and without "run" it works as
before. Arguments behind the name are the agent's.

  multiaccount run claude
  multiaccount run codex exec "explain this repository"
  multiaccount run -- opencode run "explain this repository"

It knows claude, codex, opencode, gemini, crush and pi. Any other program gets
OPENAI_BASE_URL, OPENAI_API_KEY, ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY and
ANTHROPIC_AUTH_TOKEN, and all get MULTIACCOUNT_GATEWAY_URL and
MULTIACCOUNT_GATEWAY_TOKEN. The exit status is the program's own.`

// drainOfRun is how long requests are waited for that nobody is there for.
const drainOfRun = "2s"

func newRun(s streams) *cobra.Command {
	c := &cobra.Command{
		Use: "run AGENT [-- ARGUMENTS]", Short: "Run a coding agent with the accounts", Long: runHelp,
		Args: cobra.MinimumNArgs(1), DisableFlagsInUseLine: true,
		ValidArgsFunction: completeAgent,
		RunE: func(c *cobra.Command, args []string) error {
			o := running{streams: s, agent: agents.Of(args[0]), args: args[1:]}
			if len(o.args) > 0 && o.args[0] == "--" {
				o.args = o.args[1:]
			}
			return o.run(c.Context())
		},
	}
	c.Flags().SetInterspersed(false) // what follows the name is the agent's
	return c
}

// completeAgent completes the first argument to an agent's name, and the others to
// files.
func completeAgent(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var names []string
	for _, a := range agents.All() {
		names = append(names, cobra.CompletionWithDesc(a.Name, a.Title))
	}
	return names, cobra.ShellCompDirectiveDefault
}

// running is a program that is to run with the accounts.
type running struct {
	streams
	agent agents.Agent
	args  []string
	dir   string
}

func (o *running) run(ctx context.Context) (err error) {
	path, err := findProgram(o.agent)
	if err != nil {
		return err
	}
	if o.dir, err = o.folder(); err != nil {
		return err
	}
	providers, err := servedFor(o.dir, o.agent)
	if err != nil {
		return err
	}
	token, err := localgate.Token(ctx, o.dir, filepath.Join(o.dir, serving.ClientsName), clientOf(localgate.OfRun, o.agent))
	if err != nil {
		return err
	}
	place, hold, err := localgate.Join(ctx, o.dir, o.start)
	if err != nil {
		return err
	}
	if err := place.Accepted(ctx, token); err != nil {
		return err
	}
	call := agents.NewCall(os.Environ())
	gate := agents.Gate{Address: place.Address, Token: token, Providers: providers, Dir: filepath.Join(o.dir, "agents")}
	if err := o.agent.Point(call, gate); err != nil {
		return err
	}
	if len(providers) == 0 {
		call.Notes = append(call.Notes, "there are no accounts yet: \"multiaccount login anthropic\" adds one")
	}
	for _, note := range call.Notes {
		_, _ = fmt.Fprintf(o.err, "multiaccount: %s\n", printable.Text(note)) // there is nobody else to tell
	}
	return become(path, slices.Concat([]string{o.agent.Command}, call.Args, o.args), call.Environment(), hold)
}

// findProgram says how to install what is not there.
func findProgram(a agents.Agent) (string, error) {
	path, err := exec.LookPath(a.Command)
	switch {
	case err == nil:
		return path, nil
	case a.Install == "":
		return "", &usageError{&codedError{codeNotInstalled, fmt.Errorf("there is no program %q: %w", a.Command, err)}}
	}
	return "", &codedError{codeNotInstalled, fmt.Errorf("%s is not installed (no program %q); %q installs it", a.Title, a.Command, a.Install)}
}

// clientOf is the name of the gateway's client that an agent is.
func clientOf(prefix string, a agents.Agent) string {
	name := prefix + regexp.MustCompile(`[^A-Za-z0-9._-]`).ReplaceAllString(a.Name, "-")
	return name[:min(len(name), 64)]
}

// start starts a gateway that ends when nobody uses it any more.
func (o *running) start(ctx context.Context) (localgate.Place, error) {
	program, err := os.Executable()
	if err != nil {
		return localgate.Place{}, err
	}
	words, err := o.unlock(ctx)
	if err != nil {
		return localgate.Place{}, err
	}
	command := exec.CommandContext(context.WithoutCancel(ctx), program, //nolint:gosec // it is this program
		"serve", "--listen", localgate.Listen(ctx, o.dir), "--handshake", "--while-used", "--drain-timeout", drainOfRun)
	command.Args[0] = os.Args[0]
	command.Env = append(os.Environ(), "MULTIACCOUNT_DIR="+o.dir)
	if words != "" {
		command.Env = append(command.Env, vault.PassphraseVariable+"="+words)
	}
	return localgate.Start(ctx, o.dir, command)
}

// unlock asks for the passphrase of the accounts if the gateway needs one, since the
// gateway has no terminal to ask on. It returns an empty text if none is needed.
func (o *running) unlock(ctx context.Context) (words string, err error) {
	ask := passphrase(ctx, o.streams)
	_, err = vault.Open(o.dir, func() (string, error) {
		words, err = ask()
		return words, err
	})
	return words, err
}
