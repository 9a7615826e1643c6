package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/internal/shown"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/settings"
)

const configHelp = `Show and change the settings.

They are in one file, JSON with comments; "config path" prints where. Keys are
written as in "config show": max_wait_ms, or providers.openai.max_wait_ms for
one provider alone. chains.NAME and prices.MODEL are one chain and one price,
whose values are JSON.

The exit status is 0 when all is well, 1 when the settings are wrong or cannot
be written, and 2 when the command was called wrongly.`

func newConfig(s streams) *cobra.Command {
	c := &cobra.Command{
		Use: "config", Short: "Show and change the settings", Long: configHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(
		configCommand(s, "path", "Print where the settings file is", 0, configPath),
		configCommand(s, "show", "Print every setting and where its value comes from", 0, configShow),
		configCommand(s, "get KEY", "Print the value of one setting", 1, configGet),
		configCommand(s, "check", "Tell what is wrong with the settings", 0, configCheck),
		configSetCommand(s), configUnsetCommand(s), configEditCommand(s), configTestEventCommand(s),
		&cobra.Command{
			Use: "schema", Short: "Print the JSON schema of the settings file", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error { return write(s, string(settings.Schema())) },
		},
	)
	return c
}

// configCommand is a command that prints something of the settings file at path.
func configCommand(s streams, use, short string, args int, do func(s streams, path string, args []string, asJSON bool) error) *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(args), ValidArgsFunction: completeKey(s, args > 1),
		RunE: func(_ *cobra.Command, args []string) error {
			path, err := settingsPath(s)
			if err != nil {
				return err
			}
			return do(s, path, args, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, and nothing else")
	return c
}

func configSetCommand(s streams) *cobra.Command {
	c := configCommand(s, "set KEY VALUE", "Change one setting, and keep comments and the rest", 2, nil)
	c.RunE = func(c *cobra.Command, args []string) error {
		path, err := settingsPath(s)
		if err != nil {
			return err
		}
		err = configSet(c.Context(), path, args[0], args[1])
		if err == nil {
			tellDoubts(s, path, args[0])
		}
		return err
	}
	return c
}

func configUnsetCommand(s streams) *cobra.Command {
	c := configCommand(s, "unset KEY", "Give one setting its default again, and keep comments and the rest", 1, nil)
	c.RunE = func(c *cobra.Command, args []string) error {
		path, err := settingsPath(s)
		if err != nil {
			return err
		}
		return persistence.EditFile(c.Context(), path, func(data []byte) ([]byte, error) {
			return settings.Unset(path, data, args[0])
		})
	}
	return c
}

func settingsPath(s streams) (string, error) {
	dir, err := s.folder()
	return filepath.Join(dir, settings.FileName), err
}

func configPath(s streams, path string, _ []string, asJSON bool) error {
	if asJSON {
		return writeJSON(s, map[string]string{"path": path})
	}
	return write(s, printable.Text(path)+"\n")
}

func configShow(s streams, path string, _ []string, asJSON bool) error {
	all, err := settings.Effective(path)
	if err != nil {
		return err
	}
	if asJSON {
		entries := make([]shown.Setting, len(all))
		for i, e := range all {
			entries[i] = shown.SettingOf(e)
		}
		return writeJSON(s, entries)
	}
	table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, e := range all {
		if _, err := fmt.Fprintf(table, "%s\t%s\t%s\n", printable.Text(e.Key), printable.Text(e.Value), printable.Text(e.Origin.String())); err != nil {
			return err
		}
	}
	return table.Flush()
}

func configGet(s streams, path string, args []string, asJSON bool) error {
	e, err := settings.Get(path, args[0])
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(s, shown.SettingOf(e))
	}
	text := e.Value
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal([]byte(e.Value), &text); err != nil {
			return err
		}
	}
	return write(s, printable.Text(text)+"\n")
}

func configCheck(s streams, path string, _ []string, asJSON bool) error {
	loaded, err := settings.Load(path)
	if wrong := doubtful(loaded); err == nil && len(wrong) > 0 {
		err = &settings.Error{Path: path, Problems: wrong}
	}
	wrong, ok := errors.AsType[*settings.Error](err)
	switch {
	case err != nil && !ok, err != nil && !asJSON:
		return err
	case asJSON:
		problems := []settings.Problem{}
		if ok {
			problems = wrong.Problems
		}
		return errors.Join(writeJSON(s, map[string]any{"path": path, "problems": problems}), err)
	}
	return write(s, printable.Text(path)+": nothing is wrong\n")
}

// configSet writes nothing unless the file with the change in it is right.
func configSet(ctx context.Context, path, key, value string) error {
	return persistence.EditFile(ctx, path, func(data []byte) ([]byte, error) {
		return settings.Set(path, data, key, value)
	})
}

// tellDoubts tells of what may be meant to come yet, as a pool that is not there.
func tellDoubts(s streams, path, key string) {
	now, _ := settings.Load(path) // what else is wrong is told by others
	for _, p := range doubtful(now) {
		if p.Key == key || strings.HasPrefix(p.Key, key+".") {
			_, _ = fmt.Fprintf(s.err, "multiaccount: %s: %s\n", printable.Text(p.Key), printable.Text(p.Message)) // it is set all the same
		}
	}
}

func write(s streams, text string) error {
	_, err := fmt.Fprint(s.out, text)
	return err
}

// writeJSON escapes what a terminal would obey; the values are as they are.
func writeJSON(s streams, value any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return err
	}
	if s.pick.picks() {
		return s.pick.write(s.out, text.Bytes())
	}
	_, err := s.out.Write(printable.JSON(text.Bytes()))
	return err
}
