package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tui"
)

// examineSettings returns the user's settings as well, nil when they are wrong.
func examineSettings(s streams) (dir string, user *settings.Settings, found []finding) {
	dir, err := s.folder()
	if err != nil {
		return "", nil, []finding{problem("settings", err.Error(), "set MULTIACCOUNT_DIR")}
	}
	path := filepath.Join(dir, settings.FileName)
	loaded, err := settings.Load(path)
	if err != nil {
		return dir, nil, []finding{problem("settings", err.Error(), fixOf(err, `mend them with "multiaccount config edit"`))}
	}
	message := tui.Clean(path) + " is in order"
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		message = "the defaults: there is no " + tui.Clean(path)
	}
	found = []finding{fine("settings", message)}
	for _, wrong := range doubtful(loaded) {
		found = append(found, problem("settings", wrong.Key+": "+wrong.Message, `mend it with "multiaccount config edit"`))
	}
	return dir, &loaded, found
}

// examineFolder looks at the state folder, if it is there, and at its accounts.
func examineFolder(ctx context.Context, s streams, dir, provider string, offline bool) ([]finding, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return []finding{fine("folder", tui.Clean(dir)+" is not there yet; the first account makes it")}, nil
	}
	var found []finding
	err := withReading(ctx, s, func(o *session) (err error) {
		found, err = examineAccounts(ctx, o, provider, offline)
		return err
	})
	if err != nil && ctx.Err() == nil {
		return []finding{problem("folder", err.Error(), fixOf(err, ""))}, nil
	}
	return found, err
}

// examineAccounts probes the folder that o has open, and looks at its accounts.
func examineAccounts(ctx context.Context, o *session, provider string, offline bool) ([]finding, error) {
	if err := persistence.Probe(o.dir); err != nil {
		return nil, err
	}
	found := []finding{fine("folder", tui.Clean(o.dir)+" is private, and has room; its locks work")}
	all, err := o.entries(ctx, provider)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		found = append(found, warning("accounts", "there are none", `log in with "multiaccount login PROVIDER"`))
	}
	for i := range all {
		found = append(found, all[i].shown().examine(time.Now()))
	}
	found = append(found, sameLabels(all)...)
	found = append(found, o.strayIntents(provider, labelsOf(all))...)
	if !offline {
		found = append(found, o.examineKeys(ctx, all)...)
	}
	return found, nil
}

// fixOf returns the command or the advice that an error carries.
func fixOf(err error, otherwise string) string {
	if refused, ok := errors.AsType[*persistence.PermissionError](err); ok {
		return refused.Fix
	}
	if failed, ok := errors.AsType[*persistence.StorageError](err); ok {
		return failed.Fix
	}
	return otherwise
}

// soon is how long before its end a login that cannot be renewed is told of.
const soon = 7 * 24 * time.Hour

// examine says how an account is.
func (e *entry) examine(now time.Time) finding {
	f := finding{Check: e.Provider, Level: levelOK, Message: e.name() + " is " + string(e.State), owner: e.NeedsOwner()}
	if e.Reason != "" {
		f.Message += ": " + e.Reason
	}
	again := fmt.Sprintf(`"multiaccount login %s", with the same user`, e.Provider)
	if e.Kind == account.APIKey {
		again = newKeyFix(e)
	}
	switch e.State {
	case multiaccount.StateReauth, multiaccount.StateLoginLost:
		f.Level, f.Fix = levelProblem, again
	case multiaccount.StateQuarantined:
		f.Level, f.Fix = levelProblem, fmt.Sprintf(`do what it says, or log in again and call "multiaccount accounts remove %s"`, e.ID)
	case multiaccount.StateDisabled:
		f.Level, f.Fix = levelWarning, fmt.Sprintf("multiaccount accounts enable %s", e.ID)
	case multiaccount.StateCooling:
		f.Level = levelWarning
		if wait := e.CooldownUntil.Sub(now); wait > 0 {
			f.Message += "; free in " + tui.Wait(wait)
		}
	case multiaccount.StateReady, multiaccount.StateBusy:
		if left := e.ExpiresAt.Sub(now); e.LinkedTo != "" && !e.ExpiresAt.IsZero() && left < soon {
			f.Level, f.Message = levelWarning, fmt.Sprintf("%s is linked to %s, and its token ends in %s", e.name(), e.LinkedTo, tui.Wait(left))
			f.Fix = fmt.Sprintf("use that program, or make the login the pool's own: multiaccount accounts adopt %s", e.ID)
		}
	}
	return f
}
