package main

import (
	"context"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/screens/stage"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// watch opens a folder with accounts, and "status --watch" on a terminal.
func watch(t *testing.T, width, height int) *desk {
	t.Helper()
	d := newDesk(t)
	if err := stage.Fill(t.Context(), d.dir, d.srv); err != nil {
		t.Fatal(err)
	}
	d.start(width, height, nil, "multiaccount status --watch")
	d.sees("q leaves")
	return d
}

func TestStatusIsWatched(t *testing.T) {
	d := watch(t, 100, 40)
	d.sees("work")
	d.relabel("work", "renamed") // by another process
	d.sees("renamed")
	if err := d.Resize(40, 6); err != nil {
		t.Fatal(err)
	}
	d.sees("more")
	d.press("q")
	d.ends(exitDone)
}

func TestWatchIsInterrupted(t *testing.T) {
	d := watch(t, 80, 24)
	d.press(ctrlC)
	d.ends(exitInterrupted)
}

// relabel changes an account's label past the command.
func (d *desk) relabel(from, to string) {
	d.t.Helper()
	store, err := persistence.OpenFiles(d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = store.Close() }() // what counts is stored
	found, _ := d.stored("anthropic", from)
	key := persistence.Key{Provider: "anthropic", ID: found.ID}
	if _, err := store.Update(context.Background(), key, func(r *account.Record) { r.Label = to }); err != nil {
		d.t.Fatal(err)
	}
}
