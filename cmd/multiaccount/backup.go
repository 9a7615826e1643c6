package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/internal/regular"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tui"
	"github.com/seed-810f1486/multiaccount/vault"
)

const backupHelp = `Write all accounts with their logins and keys, the pins, and the settings into one
file, encrypted with a passphrase (MULTIACCOUNT_PASSPHRASE, or asked for). The file
is read back before the command says that it is there. "age -d FILE" opens it too.

A login whose token was refreshed since is newer here than in the backup: bring a
backup back when the folder is lost, not to go back in time.`

// maxBackup bounds what is read of a backup: thousands of accounts.
const maxBackup = 64 << 20

type backupFlags struct{ force, json bool }

func newBackup(s streams) *cobra.Command {
	var f backupFlags
	c := &cobra.Command{
		Use: "backup FILE", Short: "Write all accounts and settings into one encrypted file", Long: backupHelp, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runBackup(c.Context(), s, args[0], f) },
	}
	c.Flags().BoolVar(&f.force, "force", false, "overwrite the file")
	c.Flags().BoolVar(&f.json, "json", false, "print JSON, and nothing else")
	return c
}

// backupReport is what --json prints. Its names are stable.
type backupReport struct {
	Path     string `json:"path"`
	Accounts int    `json:"accounts"`
	Settings bool   `json:"settings"`
	// Left are the files that could not be read.
	Left []string `json:"left,omitempty"`
}

func runBackup(ctx context.Context, s streams, path string, f backupFlags) error {
	b, left, err := gather(ctx, s)
	if err != nil {
		return err
	}
	plain, err := json.Marshal(b)
	if err != nil {
		return err
	}
	words, err := newPassphrase(ctx, s)
	if err != nil {
		return err
	}
	sealed, err := vault.SealFile(words, plain)
	if err != nil {
		return err
	}
	if err := persistence.WriteFile(path, sealed, f.force); err != nil {
		return existing(path, err)
	}
	if back, err := readBackup(path, words); err != nil || !bytes.Equal(back, plain) {
		return errors.Join(fmt.Errorf("%s does not read back as it was written: do not rely on it", tui.Clean(path)), err)
	}
	report := backupReport{path, b.Accounts(), b.Settings != "", left}
	if f.json {
		return writeJSON(s, report)
	}
	return report.print(s)
}

func (r *backupReport) print(s streams) error {
	for _, left := range r.Left {
		_, _ = fmt.Fprintf(s.err, "left out: %s\n", tui.Clean(left)) // there is nobody else to tell
	}
	and := ""
	if r.Settings {
		and = " and the settings"
	}
	return write(s, fmt.Sprintf("%s has %s%s; it was read back.\n", tui.Clean(r.Path), tui.Count(r.Accounts, "account", "accounts"), and))
}

// gather reads all that a backup is to hold.
func gather(ctx context.Context, s streams) (b persistence.Backup, left []string, err error) {
	dir, err := s.folder()
	if err != nil {
		return b, nil, err
	}
	cipher, err := vault.Open(dir, passphrase(ctx, s))
	if err != nil {
		return b, nil, err
	}
	store, err := persistence.OpenReadOnly(dir, cipher)
	if err != nil {
		return b, nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	b, unread, err := store.Backup(ctx)
	if errors.Is(err, fs.ErrNotExist) || err == nil && b.Accounts() == 0 {
		return b, nil, fmt.Errorf("there are no accounts in %s: nothing was written", tui.Clean(dir))
	}
	for _, q := range unread {
		left = append(left, q.Path+": "+q.Reason)
	}
	text, _, failed := regular.Read(filepath.Join(dir, settings.FileName), maxDraft)
	if failed != nil && !errors.Is(failed, fs.ErrNotExist) {
		return b, left, errors.Join(err, failed)
	}
	b.Settings = string(text)
	return b, left, err
}

func readBackup(path, words string) ([]byte, error) {
	sealed, _, err := regular.Read(path, maxBackup)
	if err != nil {
		return nil, err
	}
	plain, err := vault.OpenFile(words, sealed)
	if err != nil {
		return nil, fmt.Errorf("%s is no backup, is damaged, or has another passphrase", tui.Clean(path))
	}
	return plain, nil
}

// existing says of a file that is there what else to do.
func existing(path string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists already: --force overwrites it", tui.Clean(path))
	}
	return err
}
