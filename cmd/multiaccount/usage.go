package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/internal/shown"
	"github.com/seed-810f1486/multiaccount/internal/usage"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tui"
)

const usageHelp = `Sum up what requests through "multiaccount serve" used: tokens, and how long they took.

Cached tokens and those that were written to the provider's cache are part of the
input, and reasoning is part of the output, as the provider counts them. A request
has failed that was refused, or whose answer was cut. The figures of 90 days are
kept; nothing of what was asked or answered is among them.

With prices in the settings it says what the tokens cost, and which models have no
price.`

const noUsage = `Nothing was recorded in that time. "multiaccount serve" records what its clients use.
`

// usageFlags are what a report is asked for.
type usageFlags struct {
	by, since string
	json, csv bool
}

func newUsage(s streams) *cobra.Command {
	f := &usageFlags{}
	c := &cobra.Command{
		Use: "usage", Short: "Show what clients of the gateway used", Long: usageHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c.Context(), s) },
	}
	c.Flags().StringVar(&f.by, "by", string(usage.ByDay), "a line for each client, account, model or day")
	c.Flags().StringVar(&f.since, "since", "7d", "how far back to look, in days (7d) or hours (12h)")
	c.Flags().BoolVar(&f.json, "json", false, "print JSON, and nothing else")
	c.Flags().BoolVar(&f.csv, "csv", false, "print comma-separated values, and nothing else")
	_ = c.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(kindsOfUsage(), cobra.ShellCompDirectiveNoFileComp)) // the flag is there
	return c
}

func kindsOfUsage() []string {
	return []string{string(usage.ByClient), string(usage.ByAccount), string(usage.ByModel), string(usage.ByDay)}
}

func (f *usageFlags) run(ctx context.Context, s streams) error {
	since, err := f.check(time.Now())
	if err != nil {
		return &usageError{err}
	}
	dir, err := s.folder()
	if err != nil {
		return err
	}
	all, err := usage.Report(ctx, filepath.Join(dir, usage.FileName), usage.By(f.by), since)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	prices, err := settings.Load(filepath.Join(dir, settings.FileName))
	if err != nil {
		return err
	}
	labels, err := f.labels(ctx, s)
	if err != nil {
		return err
	}
	return f.print(s, used(all, labels, &prices), len(prices.Prices) > 0)
}

// check returns when the report begins.
func (f *usageFlags) check(now time.Time) (since time.Time, err error) {
	switch {
	case f.json && f.csv:
		return since, errors.New("--json and --csv exclude each other")
	case !slices.Contains(kindsOfUsage(), f.by):
		return since, fmt.Errorf("--by is %q, but has to be one of %s", f.by, strings.Join(kindsOfUsage(), ", "))
	}
	return sinceWhen(f.since, now)
}

// sinceWhen is so many days or hours before now.
func sinceWhen(text string, now time.Time) (time.Time, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 {
			return now.AddDate(0, 0, -n), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return now.Add(-d), nil
	}
	return now, fmt.Errorf("--since is %q; write it as 7d or 12h", text)
}

// labels are the accounts' names, where the report is about accounts.
func (f *usageFlags) labels(ctx context.Context, s streams) (labels map[string]string, err error) {
	if f.by != string(usage.ByAccount) {
		return nil, nil
	}
	err = withReading(ctx, s, func(o *session) error {
		accounts, err := o.entries(ctx, "")
		labels = labelsOf(accounts)
		return err
	})
	return labels, err
}

// usedLine is a line of the report.
type usedLine shown.Used

func used(all []usage.Group, labels map[string]string, prices *settings.Settings) []usedLine {
	lines := make([]usedLine, 0, len(all))
	for i := range all {
		g := &all[i]
		line := shown.UsedOf(g.Key, g.Requests, g.Failed, shown.Tokens(g.Tokens), g.Latency, g.FirstByte)
		line.Label = labels[g.Key]
		shown.Charge(&line, g.Models, prices)
		lines = append(lines, usedLine(line))
	}
	return lines
}

func (f *usageFlags) print(s streams, lines []usedLine, priced bool) error {
	switch {
	case f.json:
		return writeJSON(s, lines)
	case f.csv:
		return printUsageCSV(s, lines)
	case len(lines) == 0:
		return write(s, noUsage)
	}
	columns := []string{strings.ToUpper(f.by), "REQUESTS", "FAILED", "INPUT", "CACHED", "OUTPUT", "REASONING", "LATENCY", "FIRST BYTE"}
	if priced {
		columns = append(columns, "COST")
	}
	t := newTable(columns...)
	t.spare = []int{8, 7, 6, 2, 4}
	for i := range lines {
		l := &lines[i]
		row := []string{
			l.name(), number(l.Requests), number(l.Failed), number(l.Input), number(l.Cached), number(l.Output), number(l.Reasoning),
			tookText(l.LatencyMS), tookText(l.FirstByteMS),
		}
		if priced {
			row = append(row, l.costText())
		}
		t.add(row...)
	}
	if err := t.print(s.out); err != nil {
		return err
	}
	return tellUnpriced(s, lines)
}

// name is what a person calls it. A client that asked without a model has none.
func (l *usedLine) name() string {
	for _, name := range []string{l.Label, l.Key} {
		if name != "" {
			return tui.Clean(name)
		}
	}
	return "none"
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func tookText(ms int64) string {
	if ms == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(ms)/1000, 'f', 1, 64) + " s"
}

func printUsageCSV(s streams, lines []usedLine) error {
	w := csv.NewWriter(s.out)
	rows := [][]string{{
		"key", "label", "requests", "failed", "input_tokens", "cached_tokens", "cache_written_tokens", "output_tokens", "reasoning_tokens", "latency_ms", "first_byte_ms",
		"cost", "currency", "unpriced_models",
	}}
	for i := range lines {
		l := &lines[i]
		rows = append(rows, []string{
			tui.Clean(l.Key), tui.Clean(l.Label), number(l.Requests), number(l.Failed), number(l.Input), number(l.Cached), number(l.CacheWritten),
			number(l.Output), number(l.Reasoning), number(l.LatencyMS), number(l.FirstByteMS),
			l.costCSV(), tui.Clean(l.Currency), tui.Clean(strings.Join(l.Unpriced, " ")),
		})
	}
	return w.WriteAll(rows)
}
