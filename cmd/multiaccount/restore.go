package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tui"
	"github.com/seed-810f1486/multiaccount/vault"
)

const restoreHelp = `Bring back what "multiaccount backup FILE" wrote. The passphrase is that of the backup
(MULTIACCOUNT_PASSPHRASE, or asked for).

What is there already is kept, accounts and settings, since it may be newer;
--replace brings back the backup's in its place. Each account is read back. A folder
that is encrypted stays so.`

// restoreReport is what --json prints. Its names are stable.
type restoreReport struct {
	Stored   []string `json:"stored"`
	Kept     []string `json:"kept"`
	Settings bool     `json:"settings"`
}

func newRestore(s streams) *cobra.Command {
	replace, asJSON := false, false
	c := &cobra.Command{
		Use: "restore FILE", Short: "Bring back what a backup holds", Long: restoreHelp, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			done, err := runRestore(c.Context(), s, args[0], replace)
			if asJSON && err == nil {
				return writeJSON(s, done)
			}
			return errors.Join(done.print(s), err)
		},
	}
	c.Flags().BoolVar(&replace, "replace", false, "replace accounts and settings that are there")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, and nothing else")
	return c
}

func (r *restoreReport) print(s streams) error {
	if r == nil {
		return nil
	}
	text := tui.Count(len(r.Stored), "account was", "accounts were") + " brought back"
	if r.Settings {
		text += ", and the settings"
	}
	if n := len(r.Kept); n > 0 {
		text += fmt.Sprintf("; %s there already and kept (--replace replaces them)", tui.Count(n, "was", "were"))
	}
	return write(s, text+".\n")
}

// runRestore returns what was done also with an error; nil for nothing.
func runRestore(ctx context.Context, s streams, path string, replace bool) (*restoreReport, error) {
	if _, err := os.Stat(path); err != nil { // before a passphrase is asked for
		return nil, err
	}
	words, err := backupPassphrase(ctx, s)
	if err != nil {
		return nil, err
	}
	plain, err := readBackup(path, words)
	if err != nil {
		return nil, err
	}
	var b persistence.Backup
	if err := json.Unmarshal(plain, &b); err != nil {
		return nil, fmt.Errorf("%s is no backup of multiaccount", tui.Clean(path))
	}
	return bringBack(ctx, s, &b, replace)
}

func bringBack(ctx context.Context, s streams, b *persistence.Backup, replace bool) (report *restoreReport, err error) {
	dir, err := s.folder()
	if err != nil {
		return nil, err
	}
	cipher, err := vault.Open(dir, passphrase(ctx, s))
	if err != nil {
		return nil, err
	}
	store, err := openFileStore(dir, cipher)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	done, err := store.Restore(ctx, b, replace)
	report = &restoreReport{Stored: append([]string{}, done.Stored...), Kept: append([]string{}, done.Kept...)}
	if err == nil {
		report.Settings, err = restoreSettings(ctx, filepath.Join(dir, settings.FileName), b.Settings, replace)
	}
	return report, err
}

// errKept keeps settings as they are.
var errKept = errors.New("kept")

// restoreSettings reports whether it stored the settings of a backup.
func restoreSettings(ctx context.Context, path, text string, replace bool) (bool, error) {
	if text == "" {
		return false, nil
	}
	if err := settings.Check(path, []byte(text)); err != nil {
		return false, err
	}
	err := persistence.EditFile(ctx, path, func(old []byte) ([]byte, error) {
		if old != nil && !replace {
			return nil, errKept
		}
		return []byte(text), nil
	})
	if errors.Is(err, errKept) {
		return false, nil
	}
	return err == nil, err
}

// backupPassphrase is the one of the environment, else it is asked for.
func backupPassphrase(ctx context.Context, s streams) (string, error) {
	words, err := vault.Environment()
	switch {
	case err == nil:
		return words, nil
	case !isTerminal(s.in):
		return "", errors.New("a backup is encrypted with a passphrase: set " + vault.PassphraseVariable)
	}
	return s.terminal().Secret(ctx, "Passphrase of the backup:")
}
