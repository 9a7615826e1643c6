package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seed-810f1486/multiaccount/internal/service"
	"github.com/seed-810f1486/multiaccount/internal/serving"
)

const serviceHelp = `Keep the gateway running, by the service manager of this system: systemd on Linux,
launchd on macOS, the Task Scheduler on Windows. It is a service of the user's own,
and needs no administrator.

  multiaccount service install
  multiaccount service install -- --listen 127.0.0.1:9000

docs/service.md says what is written where.`

func newService(s streams) *cobra.Command {
	c := &cobra.Command{
		Use: "service", Short: "Keep serve running, by the service manager of this system", Long: serviceHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newServiceInstall(s), newServiceUninstall(s), newServiceStatus(s), newServiceLogs(s), newServiceRun(s))
	return c
}

// servicing is a command that deals with the service.
type servicing struct {
	streams
	dir  string
	plan service.Plan
}

// newServicing finds out how this system is told of the service; flags are those of
// serve.
func newServicing(s streams, flags []string) (*servicing, error) {
	dir, err := s.folder()
	if err != nil {
		return nil, err
	}
	options, err := serviceOptions(dir, flags)
	if err != nil {
		return nil, err
	}
	plan, err := service.PlanFor(runtime.GOOS, options)
	return &servicing{streams: s, dir: dir, plan: plan}, err
}

func serviceOptions(dir string, flags []string) (o service.Options, err error) {
	o = service.Options{Dir: dir, Flags: flags}
	if o.Listen, o.Socket, err = listened(flags); err != nil {
		return o, err
	}
	if o.Program, err = stableProgram(); err != nil {
		return o, err
	}
	if o.Home, err = os.UserHomeDir(); err != nil {
		return o, err
	}
	o.Config, err = os.UserConfigDir()
	if err != nil {
		return o, err
	}
	me, err := user.Current()
	if err != nil {
		return o, err
	}
	o.User = me.Username
	if runtime.GOOS == "darwin" {
		o.User = me.Uid
	}
	return o, nil
}

// listened returns where serve would listen with these flags, and refuses those that
// make no sense for a service.
func listened(flags []string) (address, socket string, err error) {
	var o serving.Options
	set := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	o.AddFlags(set)
	if err := set.Parse(flags); err != nil {
		return "", "", &usageError{fmt.Errorf("these are no flags of \"multiaccount serve\": %w", err)}
	}
	if set.NArg() > 0 {
		return "", "", &usageError{errors.New("serve takes flags and nothing else, as in \"multiaccount service install -- --listen 127.0.0.1:9000\"")}
	}
	for _, name := range []string{"handshake", "events", "client", "stdin-exit", "parent-pid", "while-used"} {
		if f := set.Lookup(name); f != nil && f.Changed {
			return "", "", &usageError{fmt.Errorf("--%s is for a program that starts serve, and not for a service", name)}
		}
	}
	return set.Lookup("listen").Value.String(), set.Lookup("unix").Value.String(), nil
}

// stableProgram is the path of this program; that on the PATH, which stays when a
// package manager updates the program, where both are one file.
func stableProgram() (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	found, err := exec.LookPath(service.Name)
	if err != nil {
		return program, nil //nolint:nilerr // this one will do
	}
	if found, err = filepath.Abs(found); err == nil && sameFile(found, program) {
		return found, nil
	}
	return program, nil
}

func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	second, failed := os.Stat(b)
	return err == nil && failed == nil && os.SameFile(first, second)
}

// call calls the service manager. The error has what that said.
func (o *servicing) call(ctx context.Context, c service.Call) error {
	text, err := exec.CommandContext(ctx, c[0], c[1:]...).CombinedOutput() //nolint:gosec // calls of the plan
	if err != nil {
		return fmt.Errorf("%s: %w", commandLine(c), cmp.Or(saidBy(text), err))
	}
	return nil
}

func (o *servicing) callAll(ctx context.Context, calls []service.Call) error {
	for _, c := range calls {
		if err := o.call(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// show has the user see what a call prints.
func (o *servicing) show(ctx context.Context, c service.Call) error {
	cmd := exec.CommandContext(ctx, c[0], c[1:]...) //nolint:gosec // calls of the plan
	cmd.Stdout, cmd.Stderr = o.out, o.err
	return cmd.Run()
}

// check refuses where the service manager cannot be reached.
func (o *servicing) check(ctx context.Context) error {
	if err := o.call(ctx, o.plan.Check); err != nil {
		return &codedError{codeNoManager, fmt.Errorf("%s (%w)", o.plan.Hint, err)}
	}
	return nil
}

// isInstalled reports whether one of the service's files is there.
func (o *servicing) isInstalled() bool {
	return slices.ContainsFunc(o.plan.Files, func(f service.File) bool {
		_, err := os.Lstat(f.Path)
		return err == nil
	})
}

// errNoService is what there is to say where nothing is installed.
func errNoService() error {
	return &codedError{codeNotInstalled, errors.New("there is no service yet; \"multiaccount service install\" makes it")}
}
