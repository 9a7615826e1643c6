package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/internal/regular"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tui"
)

const configEditHelp = `Open the settings file in $VISUAL, else $EDITOR, else vi (notepad on Windows).

What you edit is a copy. It becomes the settings file once nothing is wrong with
it; until then you are told what is, and may edit it again or drop it.`

func configEditCommand(s streams) *cobra.Command {
	return &cobra.Command{
		Use: "edit", Short: "Open the settings file in an editor", Long: configEditHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			path, err := settingsPath(s)
			if err != nil {
				return err
			}
			if !tui.IsTerminal(s.in) {
				return errors.New("config edit needs a terminal; use config set KEY VALUE, or edit " + path)
			}
			return configEdit(c.Context(), s, path)
		},
	}
}

// maxDraft is above what settings may have, so that what is too large can be
// edited down.
const maxDraft = 1 << 20

// configEdit has a copy edited until it is right, or the user gives up.
func configEdit(ctx context.Context, s streams, path string) error {
	before, _, err := regular.Read(path, maxDraft)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	folder, err := os.MkdirTemp("", "multiaccount-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	draft := filepath.Join(folder, settings.FileName)
	start := before
	if start == nil {
		start = []byte("{\n}\n")
	}
	if err := persistence.EditFile(ctx, draft, func([]byte) ([]byte, error) { return start, nil }); err != nil {
		return err
	}
	for {
		if err := openEditor(ctx, s, draft); err != nil {
			return err
		}
		wrong := keepDraft(ctx, path, draft, before)
		if wrong == nil {
			return nil
		}
		_, _ = fmt.Fprintf(s.err, "%s\n", printable.Lines(wrong.Error())) // the question below is what matters
		if err := askAgain(ctx, s, path); err != nil {
			return err
		}
	}
}

// keepDraft makes the draft the settings file, unless something is wrong.
func keepDraft(ctx context.Context, path, draft string, before []byte) error {
	edited, _, err := regular.Read(draft, maxDraft)
	if err != nil {
		return err
	}
	if err := settings.Check(path, edited); err != nil {
		return err
	}
	return persistence.EditFile(ctx, path, func(now []byte) ([]byte, error) {
		if !bytes.Equal(now, before) {
			return nil, errors.New("somebody else has changed the file meanwhile")
		}
		return edited, nil
	})
}

// askAgain returns nil when the file is to be edited again.
func askAgain(ctx context.Context, s streams, path string) error {
	chosen, err := s.terminal().Select(ctx, "Edit again?",
		tui.Option{Name: "yes", Note: "go on with the copy"}, tui.Option{Name: "no", Note: "leave the settings as they were"})
	if err == nil && chosen == 1 {
		return fmt.Errorf("%s is as it was", path)
	}
	return err
}

func openEditor(ctx context.Context, s streams, path string) error {
	words := append(strings.Fields(editor()), path)
	c := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // the user's own editor
	c.Stdin, c.Stdout, c.Stderr = s.in, s.out, s.err
	if err := c.Run(); err != nil {
		return fmt.Errorf("the editor %s failed, and nothing was changed: %w", words[0], err)
	}
	return nil
}

func editor() string {
	for _, variable := range []string{"VISUAL", "EDITOR"} {
		if command := os.Getenv(variable); strings.TrimSpace(command) != "" {
			return command
		}
	}
	if runtime.GOOS == "windows" {
		return "notepad"
	}
	return "vi"
}
