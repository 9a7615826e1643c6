package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tui"
	"github.com/seed-810f1486/multiaccount/vault"
)

// complaint is what --json has of an error. Its names and codes are stable.
type complaint struct {
	Code       string `json:"code"`
	Message    string `json:"message"`
	ExitStatus int    `json:"exit_status"`
}

// complain tells on standard error what a command ended with: in JSON for who asked
// for that.
func complain(ctx context.Context, s streams, args []string, err error) {
	message := strings.ReplaceAll(err.Error(), "multiaccount: ", "") // the engine's errors say it too
	text := "multiaccount: " + printable.Lines(message) + "\n"
	if wantsJSON(args) {
		line, failed := json.Marshal(map[string]complaint{"error": {codeOf(ctx, err), message, exitStatus(ctx, err)}})
		if failed == nil {
			text = string(printable.JSON(line)) + "\n"
		}
	}
	if isTerminal(s.err) {
		text = lipgloss.Wrap(text, tui.Width(s.err), " ")
	}
	_, _ = fmt.Fprint(s.err, tui.Shown(text)) // there is nobody else to tell
}

// wantsJSON also holds for a command that was called wrongly.
func wantsJSON(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return slices.Contains(args, "--json") || slices.Contains(args, "--json=true") || slices.Contains(args, "--steps")
}

// codedError is an error of the command itself that has a code of its own.
type codedError struct {
	code string
	err  error
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }

// The codes of errors. Others follow from the types in codeOf.
const (
	codeFailed          = "failed"
	codeUsage           = "usage"
	codeInterrupted     = "interrupted"
	codeNeedsOwner      = "needs_owner"
	codeUnwell          = "unwell"
	codeNotConfirmed    = "not_confirmed"
	codeUnknownAccount  = "unknown_account"
	codeAmbiguous       = "ambiguous_account"
	codeUnknownProvider = "unknown_provider"
	codeUnknownClient   = "unknown_client"
	codeNoTerminal      = "no_terminal"
	codeDuplicate       = "duplicate_account"
	codeDuplicateLabel  = "duplicate_label"
	codeDuplicateClient = "duplicate_client"
	codeInvalid         = "invalid_account"
	codeSettings        = "invalid_settings"
	codeInUse           = "in_use"
	codeEncrypted       = "encrypted"
	codePermission      = "permission"
	codeStorage         = "storage"
	codeLoginDenied     = "login_denied"
	codeForeignKey      = "foreign_key"
	codeKeyRefused      = "key_refused"
	codeNotInstalled    = "not_installed"
	codeNoManager       = "no_service_manager"
	codeNoAccounts      = "no_accounts"
	codeNotSetUp        = "not_set_up"
)

// codeOf names an error for programs.
func codeOf(ctx context.Context, err error) string {
	if coded, ok := errors.AsType[*codedError](err); ok {
		return coded.code
	}
	for _, known := range []struct {
		is   func(error) bool
		code string
	}{
		{func(error) bool { return exitStatus(ctx, err) == exitInterrupted }, codeInterrupted},
		{is[*tui.NoTerminalError], codeNoTerminal},
		{is[*usageError], codeUsage},
		{one(errNeedsOwner), codeNeedsOwner},
		{is[*multiaccount.ReauthRequiredError], codeNeedsOwner},
		{one(errUnwell), codeUnwell},
		{one(errNotConfirmed), codeNotConfirmed},
		{one(multiaccount.ErrUnknownAccount), codeUnknownAccount},
		{is[*multiaccount.DuplicateAccountError], codeDuplicate},
		{is[*multiaccount.DuplicateLabelError], codeDuplicateLabel},
		{is[*multiaccount.InvalidAccountError], codeInvalid},
		{is[*settings.Error], codeSettings},
		{one(persistence.ErrInUse), codeInUse},
		{one(persistence.ErrSealed, vault.ErrNoPassphrase, vault.ErrWrongPassphrase, vault.ErrNoKeyring), codeEncrypted},
		{is[*persistence.PermissionError], codePermission},
		{is[*persistence.StorageError], codeStorage},
		{is[*login.DeniedError], codeLoginDenied},
		{is[*providers.KeyRefusedError], codeKeyRefused},
	} {
		if known.is(err) {
			return known.code
		}
	}
	return codeFailed
}

// is reports whether an error is of a type.
func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// one reports whether an error is one of several.
func one(of ...error) func(error) bool {
	return func(err error) bool {
		return slices.ContainsFunc(of, func(target error) bool { return errors.Is(err, target) })
	}
}
