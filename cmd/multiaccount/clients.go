package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/internal/serving"
	"github.com/seed-810f1486/multiaccount/internal/usage"
	"github.com/seed-810f1486/multiaccount/tui"
)

const clientsHelp = `List and change the clients of "multiaccount serve".

A client is a program or a machine with a token of its own. A serve that runs
takes over each change within moments. Tokens are stored as hashes, and each is
shown once, when its client is added.`

// shownClient is a client as the commands print it. Its JSON names are stable.
type shownClient struct {
	Name        string    `json:"name"`
	Token       string    `json:"token,omitempty"`
	AddedAt     time.Time `json:"added_at,omitzero"`
	Providers   []string  `json:"providers,omitempty"`
	Accounts    []string  `json:"accounts,omitempty"`
	Models      []string  `json:"models,omitempty"`
	DailyTokens int64     `json:"daily_tokens,omitempty"`
	// TokensToday are those that it has used since midnight, as far as they are on
	// record; left out when that is not known.
	TokensToday *int64 `json:"tokens_today,omitempty"`
	MaxInFlight int    `json:"max_in_flight,omitempty"`
	MaxWaitMS   int64  `json:"max_wait_ms,omitempty"`
	Priority    int    `json:"priority,omitempty"`
}

func shownClientOf(c *gateway.Client) shownClient {
	return shownClient{
		Name: c.ID, AddedAt: c.AddedAt, Providers: c.Providers, Accounts: c.Accounts, Models: c.Models, DailyTokens: c.DailyTokens,
		MaxInFlight: c.MaxInFlight, MaxWaitMS: c.MaxWait.Milliseconds(), Priority: c.Priority,
	}
}

func newClients(s streams) *cobra.Command {
	c := &cobra.Command{
		Use: "clients", Short: "List and change the clients of serve", Long: clientsHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newClientsAdd(s), newClientsList(s), newClientsRemove(s))
	return c
}

// clientFile opens the clients of the user's folder.
func clientFile(s streams) (*gateway.ClientFile, error) {
	dir, err := s.folder()
	if err != nil {
		return nil, err
	}
	return gateway.OpenClients(filepath.Join(dir, serving.ClientsName))
}

func newClientsList(s streams) *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use: "list", Aliases: []string{"ls"}, Short: "List the clients", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return listClients(c.Context(), s, asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, and nothing else")
	return c
}

func listClients(ctx context.Context, s streams, asJSON bool) error {
	file, err := clientFile(s)
	if err != nil {
		return err
	}
	used, err := usedToday(ctx, s)
	if err != nil {
		_, _ = fmt.Fprintf(s.err, "multiaccount: %s\n", tui.Clean(err.Error())) // the list is worth having without
	}
	shown := []shownClient{}
	for _, c := range file.All() {
		of := shownClientOf(&c)
		if err == nil {
			of.TokensToday = new(used[c.ID])
		}
		shown = append(shown, of)
	}
	switch {
	case asJSON:
		return writeJSON(s, shown)
	case len(shown) == 0:
		return write(s, "There are no clients yet. \"multiaccount clients add NAME\" makes one, and so does the first start of \"multiaccount serve\".\n")
	}
	labels, err := accountLabels(ctx, s, shown)
	if err != nil {
		return err
	}
	t := newTable("CLIENT", "ADDED", "PROVIDERS", "ACCOUNTS", "MODELS", "TODAY", "A DAY", "IN FLIGHT", "WAITS", "PRIORITY")
	t.spare = []int{9, 8, 7, 1, 2, 4}
	for i := range shown {
		t.add(shown[i].row(labels)...)
	}
	return t.print(s.out)
}

// row is a client's line; labels are what accounts are called, by their ids.
func (c *shownClient) row(labels map[string]string) []string {
	var accounts []string
	for _, id := range c.Accounts {
		accounts = append(accounts, cmp.Or(labels[id], id))
	}
	return []string{
		tui.Clean(c.Name), c.AddedAt.Local().Format(time.DateOnly), anyOf(c.Providers), anyOf(accounts), anyOf(c.Models),
		c.today(), unlessZero(c.DailyTokens, number), unlessZero(c.MaxInFlight, strconv.Itoa),
		unlessZero(time.Duration(c.MaxWaitMS)*time.Millisecond, time.Duration.String), unlessZero(c.Priority, strconv.Itoa),
	}
}

// today is what it has used today.
func (c *shownClient) today() string {
	if c.TokensToday == nil {
		return "?"
	}
	return number(*c.TokensToday)
}

// usedToday returns how many tokens each client has used today.
func usedToday(ctx context.Context, s streams) (map[string]int64, error) {
	dir, err := s.folder()
	if err != nil {
		return nil, err
	}
	return usage.Today(ctx, filepath.Join(dir, usage.FileName))
}

// accountLabels returns what the accounts are called that clients are bound to.
func accountLabels(ctx context.Context, s streams, shown []shownClient) (map[string]string, error) {
	if !slices.ContainsFunc(shown, func(c shownClient) bool { return len(c.Accounts) > 0 }) {
		return nil, nil
	}
	labels := map[string]string{}
	err := withReading(ctx, s, func(o *session) error {
		all, err := o.entries(ctx, "")
		for i := range all {
			labels[all[i].ID] = all[i].name()
		}
		return err
	})
	return labels, err
}

// anyOf is what a client may use, where nothing stands for everything.
func anyOf(names []string) string {
	if len(names) == 0 {
		return "all"
	}
	return tui.Clean(strings.Join(names, ","))
}

func unlessZero[T comparable](value T, text func(T) string) string {
	if value == *new(T) {
		return ""
	}
	return text(value)
}

func newClientsRemove(s streams) *cobra.Command {
	sure := false
	c := &cobra.Command{
		Use: "remove NAME", Aliases: []string{"rm"}, SuggestFor: []string{"delete", "revoke"}, Short: "Remove a client: its token is refused from then on", Args: cobra.ExactArgs(1),
		ValidArgsFunction: completeClient(s),
		RunE:              func(c *cobra.Command, args []string) error { return removeClient(c.Context(), s, args[0], sure) },
	}
	c.Flags().BoolVar(&sure, "yes", false, "do not ask")
	return c
}

func removeClient(ctx context.Context, s streams, name string, sure bool) error {
	file, err := clientFile(s)
	if err != nil {
		return err
	}
	if err := known(file, name); err != nil {
		return err
	}
	if err := confirm(ctx, s, "Remove the client "+tui.Clean(name)+"? Its token cannot be brought back.", sure); err != nil {
		return err
	}
	if err := file.Remove(ctx, name); err != nil {
		return err
	}
	return tellClient(s, "removed", name)
}

func tellClient(s streams, done, name string) error {
	look := tui.Colours()
	return tui.Print(s.out, look.Good.Render("✓")+" "+done+" the client "+look.Title.Render(tui.Clean(name))+"\n")
}
