package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers"
)

const loginHelp = `Log in to a provider and keep the account.

PROVIDER is anthropic, openai, or one that the settings describe. Without a
flag a browser is opened; where there is none, as over ssh, the login goes by a
code for any other device, or by pasting what the browser shows. An account
that is known already gets the new login.

An API key is read from standard input, or asked for without being shown:

  multiaccount login anthropic --api-key < key.txt

With --steps each step is a line of JSON on standard output, for a program that
shows it to the owner: "browse", "device", "paste", and "done" in the end. The
flags choose the way, no browser is opened here, and a line of standard input
answers "paste". It ends when standard input is closed.

The account is read back from disk before the command says that it is logged
in. The exit status is 0 then, 1 when the login failed, 2 when the command was
called wrongly, and 130 when it was interrupted.`

const defaultLoginTime = 10 * time.Minute

// loginOptions are the flags of a login.
type loginOptions struct {
	noBrowser, device, apiKey, json, steps bool
	// misplaced says that the key itself stood behind --api-key.
	misplaced bool

	label   labelFlag
	timeout time.Duration
}

func newLogin(s streams) *cobra.Command {
	var o loginOptions
	c := &cobra.Command{
		Use: "login PROVIDER", Short: "Log in to a provider and keep the account", Long: loginHelp, Args: cobra.ExactArgs(1),
		ValidArgsFunction: completeProvider(s),
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return runLogin(c.Context(), s, args[0], o)
		},
	}
	flags := c.Flags()
	flags.BoolVar(&o.noBrowser, "no-browser", false, "open no browser here, and paste what one elsewhere shows")
	flags.BoolVar(&o.device, "device", false, "log in with a code on any other device")
	flags.BoolFunc("api-key", "keep an API key, from standard input or a prompt", o.keyFlag)
	flags.Var(&o.label, "label", "what to call the account in place of its e-mail")
	flags.DurationVar(&o.timeout, "timeout", defaultLoginTime, "how long to wait for the owner")
	flags.BoolVar(&o.json, "json", false, "print the account as JSON, and nothing else")
	flags.BoolVar(&o.steps, "steps", false, "print each step as a line of JSON, for a program that shows it")
	return c
}

// keyFlag never fails, since a flag's error shows what stood there.
func (o *loginOptions) keyFlag(value string) error {
	o.apiKey, o.misplaced = true, value != "true"
	return nil
}

func (o *loginOptions) check() error {
	ways := 0
	for _, chosen := range []bool{o.noBrowser, o.device, o.apiKey} {
		if chosen {
			ways++
		}
	}
	switch {
	case o.misplaced:
		return &usageError{errors.New("--api-key takes no value: other users of this machine could see it; give the key on standard input")}
	case ways > 1:
		return &usageError{errors.New("--no-browser, --device and --api-key exclude each other")}
	case o.steps && (o.apiKey || o.json):
		return &usageError{errors.New("--steps prints JSON, and takes no --json and no --api-key")}
	case o.timeout <= 0:
		return &usageError{fmt.Errorf("--timeout %v is not allowed, only more than nothing", o.timeout)}
	}
	return nil
}

func runLogin(ctx context.Context, s streams, name string, o loginOptions) error {
	return withSession(ctx, s, func(open *session) error {
		p, pool, err := open.provider(name)
		if err != nil {
			return err
		}
		late := fmt.Errorf("not within %v; --timeout gives more time", o.timeout)
		ctx, cancel := context.WithTimeoutCause(ctx, o.timeout, late)
		defer cancel()
		added, err := o.obtain(ctx, newOwner(s), p)
		if err == nil && o.apiKey {
			err = open.checkForm(p, added.APIKey, "login --api-key")
		}
		if err != nil {
			return err
		}
		saved, err := login.Save(ctx, pool, p, added)
		if err != nil {
			return err
		}
		if o.steps {
			return steps{newOwner(s)}.done(p.Name(), &saved)
		}
		return printSaved(s, p.Name(), &saved, o.apiKey, o.json)
	})
}

// obtain gets a new login, shown to its owner here or by the program that called.
func (o loginOptions) obtain(ctx context.Context, w *owner, p providers.Provider) (login.New, error) {
	if o.steps {
		return obtainBySteps(ctx, steps{w}, p, o)
	}
	return obtain(ctx, w, p, o)
}

// obtain gets a new login in the way that the flags or the machine ask for.
func obtain(ctx context.Context, w *owner, p providers.Provider, o loginOptions) (login.New, error) {
	if o.apiKey {
		key, err := readKey(ctx, w.streams, p.Name())
		return login.New{APIKey: key, Label: string(o.label)}, err
	}
	methods, reason := login.Suggest(runtime.GOOS, os.Getenv)
	switch {
	case o.device:
		methods = []login.Method{login.ByDevice}
	case o.noBrowser:
		methods = []login.Method{login.ByPaste}
	case reason != "":
		w.say("No browser is opened: " + reason + ".")
	}
	grant, err := account.Grant{}, errors.ErrUnsupported
	for _, method := range methods {
		if grant, err = login.By(ctx, method, p, w); !errors.Is(err, errors.ErrUnsupported) {
			break
		}
	}
	if errors.Is(err, errors.ErrUnsupported) {
		err = fmt.Errorf("%w; try --device, --no-browser or --api-key", err)
	}
	return login.New{Grant: grant, Label: string(o.label)}, advice(err)
}

// advice names the flags that help.
func advice(err error) error {
	var taken *login.PortTakenError
	if errors.As(err, &taken) {
		return fmt.Errorf("%w (--device or --no-browser)", err)
	}
	return err
}
