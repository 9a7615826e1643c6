package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/tui"
	"github.com/seed-810f1486/multiaccount/vault"
)

const (
	defaultUnlock = 8 * time.Hour
	longestUnlock = 30 * 24 * time.Hour
)

const unlockHelp = `Keep the key of accounts that a passphrase encrypts in the keyring of the operating
system for a while. Until then no command asks for the passphrase, and none spends
the second and the 256 MiB that turning it into the key takes.

Programs of the same user can read the key from the keyring meanwhile.`

func newVault(s streams) *cobra.Command {
	c := &cobra.Command{
		Use: "vault", Short: "Unlock encrypted accounts for a while, or lock them again", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newVaultUnlock(s), newVaultLock(s), newVaultStatus(s))
	return c
}

func newVaultUnlock(s streams) *cobra.Command {
	length := defaultUnlock
	c := &cobra.Command{
		Use: "unlock", Short: "Keep the key in the keyring for a while", Long: unlockHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if length <= 0 || length > longestUnlock {
				return &usageError{fmt.Errorf("--for %v is not allowed, only up to %v", length, longestUnlock)}
			}
			return unlockVault(c.Context(), s, length)
		},
	}
	c.Flags().DurationVar(&length, "for", length, "for how long")
	return c
}

func unlockVault(ctx context.Context, s streams, length time.Duration) error {
	dir, err := s.folder()
	if err != nil {
		return err
	}
	cipher, err := vault.Open(dir, passphrase(ctx, s))
	if err != nil {
		return err
	}
	key, ok := cipher.(vault.Key)
	if !ok {
		return vault.ErrNotLockable
	}
	if err := key.Unlock(ctx, dir, time.Now().Add(length)); err != nil {
		return err
	}
	return write(s, "The accounts are unlocked for "+tui.Wait(length)+".\n")
}

func newVaultLock(s streams) *cobra.Command {
	return &cobra.Command{
		Use: "lock", Short: "Take the key out of the keyring again", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := s.folder()
			if err == nil {
				err = vault.Lock(c.Context(), dir)
			}
			if err != nil {
				return err
			}
			return write(s, "The accounts are locked: the passphrase is needed again.\n")
		},
	}
}

// vaultStatus is how the accounts are encrypted. Its JSON names are stable.
type vaultStatus struct {
	Encrypted bool `json:"encrypted"`
	// Method is who keeps the key: "passphrase" or "keyring".
	Method        string    `json:"method,omitempty"`
	UnlockedUntil time.Time `json:"unlocked_until,omitzero"`
}

func newVaultStatus(s streams) *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use: "status", Short: "Say how the accounts are encrypted, and whether they are unlocked", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			dir, err := s.folder()
			if err != nil {
				return err
			}
			e, sealed, err := persistence.ReadEncryption(dir)
			if err != nil {
				return err
			}
			now := vaultStatus{Encrypted: sealed, Method: e.Method, UnlockedUntil: vault.UnlockedUntil(dir)}
			if asJSON {
				return writeJSON(s, now)
			}
			return write(s, now.text()+"\n")
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON, and nothing else")
	return c
}

func (v vaultStatus) text() string {
	switch {
	case !v.Encrypted:
		return "The accounts are in plain text, for their owner alone to read."
	case v.Method == vault.Keyring:
		return "The accounts are encrypted, and the keyring has the key."
	case !v.UnlockedUntil.IsZero():
		return "The accounts are encrypted, and unlocked for " + tui.Wait(time.Until(v.UnlockedUntil)) + "."
	}
	return "The accounts are encrypted, and locked: the passphrase is needed."
}
