package main

import (
	"testing"

	"github.com/seed-810f1486/multiaccount/internal/screens/stage"
)

func TestRemovingAsksOnATerminal(t *testing.T) {
	for name, test := range map[string]struct {
		keys, said string
		status     int
		gone       bool
	}{
		"no is proposed": {enter, "nothing was changed", exitFailed, false},
		"no":             {"n", "nothing was changed", exitFailed, false},
		"escape":         {escape, "interrupted", exitInterrupted, false},
		"ctrl-c":         {ctrlC, "interrupted", exitInterrupted, false},
		"yes":            {"y", "removed work of anthropic", exitDone, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			if err := stage.Fill(t.Context(), d.dir, d.srv); err != nil {
				t.Fatal(err)
			}
			d.start(80, 24, nil, "multiaccount accounts remove work")
			d.sees("Remove work of anthropic?")
			d.press(test.keys)
			d.sees(test.said)
			d.ends(test.status)
			if _, ok := d.stored("anthropic", "work"); ok == test.gone {
				t.Errorf("the account is on disk: %v", ok)
			}
		})
	}
}
