package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/internal/models"
	"github.com/seed-810f1486/multiaccount/internal/nearest"
)

const clientsAddHelp = `Add a client of "multiaccount serve", and print its token.

The token is shown this once, and stored as a hash. It goes into the client's
settings, as the key of the base URL that serve prints.

  multiaccount clients add laptop --max-wait 8h

With --accounts it may use those accounts and no other, even while none of them can
serve: named by id, label or e-mail, as they are called now. A label that accounts
of several providers have means them all.

With --models it may ask for those models and no other, by patterns in which "*"
stands for any text. With --daily-tokens it may use so many tokens a day, input and
output together, as "multiaccount usage --by client" counts them, and is refused
from then until midnight.

With --max-wait its requests wait for so long while all accounts are limited, and
are told of the limit only then.`

// addingClient is what clients add was asked for.
type addingClient struct {
	streams
	client gateway.Client
	// accounts are the names of those that it may use.
	accounts []string
	json     bool
}

func newClientsAdd(s streams) *cobra.Command {
	o := addingClient{streams: s}
	c := &cobra.Command{
		Use: "add NAME", Short: "Add a client, and print its token", Long: clientsAddHelp, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o.client.ID = args[0]
			if err := emptyBound(c.Flags()); err != nil {
				return err
			}
			return o.run(c.Context())
		},
	}
	c.Flags().StringSliceVar(&o.client.Providers, "providers", nil, "the only providers that it may use, by their names")
	c.Flags().StringSliceVar(&o.accounts, "accounts", nil, "the only accounts that it may use, by their ids, labels or e-mails")
	c.Flags().StringSliceVar(&o.client.Models, "models", nil, "the only models that it may ask for, as claude-haiku-*")
	c.Flags().Int64Var(&o.client.DailyTokens, "daily-tokens", 0, "how many tokens it may use from midnight to midnight; 0 for any number")
	c.Flags().IntVar(&o.client.MaxInFlight, "max-in-flight", 0, "how many requests it may have at the same time; 0 for any number")
	c.Flags().DurationVar(&o.client.MaxWait, "max-wait", 0, "how long its requests wait while all accounts are limited, as 30m or 8h")
	c.Flags().IntVar(&o.client.Priority, "priority", 0, "who gets a busy account first: the client with the greatest")
	c.Flags().BoolVar(&o.json, "json", false, "print JSON, and nothing else")
	return c
}

// emptyBound refuses a flag that was to bind the client and names nothing, as with a
// variable that is not set: the client would not be bound at all.
func emptyBound(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(f *pflag.Flag) {
		if list, ok := f.Value.(pflag.SliceValue); ok && len(list.GetSlice()) == 0 {
			err = &usageError{fmt.Errorf("--%s is empty; name at least one, or leave it out for all", f.Name)}
		}
	})
	return err
}

func (o *addingClient) run(ctx context.Context) error {
	if err := o.check(); err != nil {
		return err
	}
	if err := o.bind(ctx); err != nil {
		return err
	}
	file, err := clientFile(o.streams)
	if err != nil {
		return err
	}
	token, err := file.Add(ctx, o.client)
	if err != nil {
		return told(err, o.client.ID)
	}
	if o.json {
		shown := shownClientOf(&o.client)
		shown.Token, shown.AddedAt = token, time.Now().UTC().Truncate(time.Second)
		return writeJSON(o.streams, shown)
	}
	if err := tellClient(o.streams, "added", o.client.ID); err != nil {
		return err
	}
	return write(o.streams, "Its token, which is not shown again:\n"+token+"\n")
}

// check refuses what would never serve as it was meant.
func (o *addingClient) check() error {
	switch {
	case o.client.MaxInFlight < 0:
		return &usageError{errors.New("--max-in-flight is a number of requests, 0 for any number")}
	case o.client.MaxWait < 0:
		return &usageError{errors.New("--max-wait is a length of time, as 30m or 8h")}
	case o.client.DailyTokens < 0:
		return &usageError{errors.New("--daily-tokens is a number of tokens, 0 for any number")}
	}
	for _, pattern := range o.client.Models {
		if err := models.Check(pattern); err != nil {
			return &usageError{fmt.Errorf("--models has the pattern %q, which %w", pattern, err)}
		}
	}
	names := providerNames(o.streams)
	for _, name := range o.client.Providers {
		if !slices.Contains(names, name) {
			return &usageError{&codedError{codeUnknownProvider, fmt.Errorf("there is no provider %q, only %s", name, strings.Join(names, " "))}}
		}
	}
	return nil
}

// bind finds the accounts that the client may use.
func (o *addingClient) bind(ctx context.Context) error {
	if len(o.accounts) == 0 {
		return nil
	}
	return withReading(ctx, o.streams, func(opened *session) error {
		all, err := opened.entries(ctx, "")
		if err != nil {
			return err
		}
		for _, name := range o.accounts {
			found := exactly(all, name)
			if len(found) == 0 {
				return unknownAccount(all, name)
			}
			for _, e := range found {
				o.client.Accounts = append(o.client.Accounts, e.ID)
			}
		}
		return nil
	})
}

// told is a mistake in a client's name, as the command line tells it.
func told(err error, name string) error {
	switch {
	case errors.Is(err, gateway.ErrClientExists):
		return &codedError{codeDuplicateClient, fmt.Errorf("there is a client %q already; remove it, or choose another name", name)}
	case errors.Is(err, gateway.ErrClientName):
		return &usageError{fmt.Errorf("%q is no name of a client: it has 1 to 64 letters, digits, dots, hyphens and underscores, and begins with a letter or a digit", name)}
	}
	return err
}

// known refuses the name of a client that is not there.
func known(file *gateway.ClientFile, name string) error {
	var names []string
	for _, c := range file.All() {
		names = append(names, c.ID)
	}
	if slices.Contains(names, name) {
		return nil
	}
	hint := `; "multiaccount clients list" shows them`
	if meant := nearest.Of(name, names); meant != "" {
		hint = fmt.Sprintf("; did you mean %q?", meant)
	}
	return &usageError{&codedError{codeUnknownClient, fmt.Errorf("there is no client %q%s", name, hint)}}
}

// completeClient completes the first argument to the name of a client.
func completeClient(s streams) completion {
	return completeFirst(func(*cobra.Command) []string {
		var names []string
		if file, err := clientFile(s); err == nil {
			for _, c := range file.All() {
				names = append(names, c.ID)
			}
		}
		return names
	})
}
