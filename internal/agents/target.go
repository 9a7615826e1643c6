package agents

import (
	"os"
	"path/filepath"

	"github.com/seed-810f1486/multiaccount/internal/confedit"
)

// Target is a file of an agent's settings, and what is changed in it to point the
// agent at the gateway for good.
type Target struct {
	Path    string
	Format  confedit.Format
	Changes []Change
}

// Change is a key and the value that it gets.
type Change struct {
	Key confedit.Key
	// Value is nil for a key that is to go.
	Value any
	// IfMissing keeps a value that the user has set.
	IfMissing bool
}

// Targets returns what a set-up for good changes. c has the environment that the
// agent will be started with.
func (a Agent) Targets(c *Call, g Gate) []Target {
	if a.targets == nil {
		return nil
	}
	return a.targets(c, g)
}

// Rivals names what the agent would use on this machine in place of the gateway, after
// it is set up.
func (a Agent) Rivals(c *Call, g Gate) []string {
	told := a.proxyRivals(c, g)
	if a.rivals == nil {
		return told
	}
	return append(told, a.rivals(c, g)...)
}

// userFile is a file below the user's home.
func userFile(path ...string) string {
	home, _ := os.UserHomeDir() // without one, nothing is found
	return filepath.Join(append([]string{home}, path...)...)
}

// below is a file in the folder that a variable names, else below the user's home.
func (c *Call) below(variable, name string, otherwise ...string) string {
	if dir := c.Get(variable); dir != "" {
		return filepath.Join(dir, name)
	}
	return userFile(append(otherwise, name)...)
}

// set are those of the variables that are set, to something else than a token of the
// gateway.
func (c *Call) set(names ...string) []string {
	var found []string
	for _, name := range names {
		if isForeign(c.Get(name)) {
			found = append(found, name)
		}
	}
	return found
}

// setRivals says of each variable that is set what it does.
func (c *Call) setRivals(what string, names ...string) []string {
	var told []string
	for _, name := range c.set(names...) {
		told = append(told, name+" is set in the environment: "+what)
	}
	return told
}
