package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/tui"
	"github.com/seed-810f1486/multiaccount/vault"
)

const encryptHelp = `Encrypt the stored accounts.

The key is wrapped by a passphrase of 12 characters or more, from
MULTIACCOUNT_PASSPHRASE or asked for on a terminal; with --keyring it is kept in the keyring of the operating system.
Whoever opens the accounts afterwards needs it: a missing key is an error, and
nothing is ever stored in plain text instead. Without the key nobody can bring the
accounts back.

All programs that use the accounts must be closed. A conversion that was cut short
is completed by calling it again.`

func newEncrypt(s streams) *cobra.Command {
	byKeyring := false
	c := &cobra.Command{
		Use: "encrypt", Short: "Encrypt the stored accounts", Long: encryptHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runEncrypt(c.Context(), s, byKeyring) },
	}
	c.Flags().BoolVar(&byKeyring, "keyring", false, "keep the key in the keyring of the operating system")
	return c
}

func newDecrypt(s streams) *cobra.Command {
	return &cobra.Command{
		Use: "decrypt", Short: "Store the accounts in plain text again", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runDecrypt(c.Context(), s) },
	}
}

func runEncrypt(ctx context.Context, s streams, byKeyring bool) error {
	dir, err := s.folder()
	if err != nil {
		return err
	}
	cipher, e, err := keyFor(ctx, s, dir, byKeyring)
	if err != nil {
		return err
	}
	done, err := persistence.Encrypt(ctx, dir, cipher, e)
	return tellConversion(s, done, err, "encrypted")
}

// keyFor returns the key of a folder that is encrypted in part already, else a
// new one.
func keyFor(ctx context.Context, s streams, dir string, byKeyring bool) (persistence.Cipher, persistence.Encryption, error) {
	e, sealed, err := persistence.ReadEncryption(dir)
	if err != nil {
		return nil, e, err
	}
	if sealed && e.Complete {
		return nil, e, errors.New("the accounts are encrypted already")
	}
	if sealed {
		cipher, err := vault.Open(dir, passphrase(ctx, s))
		return cipher, e, err
	}
	key, err := vault.NewKey()
	if err != nil {
		return nil, e, err
	}
	if byKeyring {
		e, err = key.ByKeyring()
		return key, e, err
	}
	words, err := newPassphrase(ctx, s)
	if err == nil {
		err = vault.CheckPassphrase(words)
	}
	if err != nil {
		return nil, e, err
	}
	e, err = key.ByPassphrase(words)
	return key, e, err
}

func runDecrypt(ctx context.Context, s streams) error {
	dir, err := s.folder()
	if err != nil {
		return err
	}
	e, sealed, err := persistence.ReadEncryption(dir)
	if err != nil {
		return err
	}
	if !sealed {
		return errors.New("the accounts are not encrypted: there is nothing to do")
	}
	cipher, err := vault.Open(dir, passphrase(ctx, s))
	if err != nil {
		return err
	}
	_ = vault.Lock(ctx, dir) // as below, while it is known what to lock
	done, err := persistence.Decrypt(ctx, dir, cipher)
	if err == nil {
		_ = vault.Forget(e) // a key that stays in the keyring opens nothing
	}
	return tellConversion(s, done, err, "in plain text")
}

func tellConversion(s streams, done persistence.Conversion, err error, now string) error {
	for _, left := range done.Left {
		_, _ = fmt.Fprintf(s.err, "left as it is: %s\n", tui.Clean(left)) // there is nobody else to tell
	}
	if err != nil {
		return fmt.Errorf("%w (%d accounts were converted; call it again to complete it)", err, done.Accounts)
	}
	return write(s, fmt.Sprintf("%d accounts are %s now.\n", done.Accounts, now))
}

// passphrase returns the one of the environment, else asks on a terminal.
func passphrase(ctx context.Context, s streams) func() (string, error) {
	return func() (string, error) {
		words, err := vault.Environment()
		if err == nil || !isTerminal(s.in) {
			return words, err
		}
		return s.terminal().Secret(ctx, "Passphrase of the accounts:")
	}
}

// errNeedPassphrase is for accounts in plain text.
var errNeedPassphrase = errors.New("encrypting needs a passphrase: set " + vault.PassphraseVariable + ", or call this on a terminal")

// newPassphrase asks twice, since nobody sees what is typed.
func newPassphrase(ctx context.Context, s streams) (string, error) {
	words, err := vault.Environment()
	switch {
	case err == nil:
		return words, nil
	case !isTerminal(s.in):
		return "", errNeedPassphrase
	}
	first, err := s.terminal().Secret(ctx, "New passphrase:")
	if err != nil {
		return "", err
	}
	again, err := s.terminal().Secret(ctx, "Once more:")
	if err == nil && first != again {
		err = errors.New("the two passphrases differ: nothing was changed")
	}
	return first, err
}
