package main

import (
	"fmt"
	"maps"
	"os/exec"
	"slices"

	"github.com/seed-810f1486/multiaccount/internal/nearest"
	"github.com/seed-810f1486/multiaccount/providers/configured"
	"github.com/seed-810f1486/multiaccount/settings"
)

// doubtful returns what settings say that can be read, and means nothing here: a
// provider that nobody knows, a program that is not there.
func doubtful(s settings.Settings) []settings.Problem {
	found := missingProgram("on_event", s.OnEvent)
	var known []string
	for _, p := range configured.All(s) {
		known = append(known, p.Name())
	}
	for _, name := range slices.Sorted(maps.Keys(s.Providers)) {
		key, o := "providers."+name, s.Providers[name]
		if meant := nearest.Of(name, known); !slices.Contains(known, name) && meant != "" {
			found = append(found, settings.Problem{Key: key, Message: fmt.Sprintf(
				"there is no provider of this name: did you mean %q? Another one needs a base_url", meant)})
		}
		if o.OnEvent != nil {
			found = append(found, missingProgram(key+".on_event", *o.OnEvent)...)
		}
	}
	return found
}

// missingProgram returns what keeps the program argv from being run, if anything.
func missingProgram(key string, argv []string) []settings.Problem {
	if len(argv) == 0 {
		return nil
	}
	if _, err := exec.LookPath(argv[0]); err != nil {
		return []settings.Problem{{Key: key, Message: fmt.Sprintf("the program cannot be run: %v", err)}}
	}
	return nil
}
