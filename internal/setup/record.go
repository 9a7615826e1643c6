// Package setup makes agents use the gateway for good, by their own settings, and takes
// that back. A record in the state directory says what it has changed, and has the
// files as they were before.
package setup

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/confedit"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// folder is that of the records in the state directory.
const folder = "setup"

// Record is what was changed for an agent.
type Record struct {
	Agent string `json:"agent"`
	// Client is the agent's client of the gateway.
	Client string `json:"client"`
	// Address is the gateway's.
	Address string    `json:"address"`
	At      time.Time `json:"at"`
	Files   []File    `json:"files"`
}

// File is one that was changed.
type File struct {
	Path   string          `json:"path"`
	Format confedit.Format `json:"format"`
	// Before and After are its content; Before is nil when there was no file.
	Before []byte  `json:"before"`
	After  []byte  `json:"after"`
	Values []Value `json:"values"`
}

// Value is one key that was changed.
type Value struct {
	Key confedit.Key `json:"key"`
	// Value is the new value, nil for a key that was removed. Old is the value before, if
	// there was one.
	Value any  `json:"value"`
	Had   bool `json:"had"`
	Old   any  `json:"old,omitempty"`
	// Yields is set for a key that keeps the value that somebody else gives it.
	Yields bool `json:"yields,omitempty"`
}

func pathOf(dir, agent string) string { return filepath.Join(dir, folder, agent+".json") }

// Load returns the record of an agent; nil when it is not set up.
func Load(dir, agent string) (*Record, error) {
	text, err := persistence.ReadOwn(pathOf(dir, agent))
	if err != nil || text == nil {
		return nil, err
	}
	var r Record
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", pathOf(dir, agent), err)
	}
	return &r, nil
}

func (r *Record) store(dir string) error {
	if err := persistence.MakeFolder(filepath.Join(dir, folder)); err != nil {
		return err
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return persistence.WriteFile(pathOf(dir, r.Agent), append(text, '\n'), true)
}

// file returns what is recorded of a file, nil for nothing. A nil record has none.
func (r *Record) file(path string) *File {
	if r == nil {
		return nil
	}
	for i := range r.Files {
		if r.Files[i].Path == path {
			return &r.Files[i]
		}
	}
	return nil
}

// Locked runs do while no other process sets an agent up.
func Locked(ctx context.Context, dir string, do func() error) error {
	lock, err := persistence.Take(ctx, filepath.Join(dir, folder, "lock"))
	if err != nil {
		return err
	}
	err = do()
	if released := lock.Release(); err == nil {
		err = released
	}
	return err
}

// Masked is a text without the secrets in it.
func Masked(text string, secrets ...string) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "mag_…")
		}
	}
	return text
}
