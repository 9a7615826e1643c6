package agents

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/vault"
)

// The variables that each program gets.
const (
	URLVariable   = settings.GatewayURLVariable
	TokenVariable = settings.GatewayTokenVariable
)

// tokenPrefix is what the gateway's own tokens begin with.
const tokenPrefix = "mag_"

// pair is a variable and its value.
type pair struct{ name, value string }

// Call is how a program is started.
type Call struct {
	// Args come before the arguments of the user. They have no secrets, because other
	// users of the machine can read them.
	Args []string
	// Notes are messages for the user about what was changed.
	Notes []string

	names  []string
	values map[string]string
}

// NewCall returns a call with an environment as os.Environ returns it, without the
// passphrase of the accounts.
func NewCall(environment []string) *Call {
	c := &Call{values: map[string]string{}}
	for _, pair := range environment {
		if name, value, _ := strings.Cut(pair, "="); name != vault.PassphraseVariable {
			c.Set(name, value)
		}
	}
	return c
}

// Environment returns the environment as exec.Cmd takes it.
func (c *Call) Environment() []string {
	var all []string
	for _, name := range c.names {
		if value, ok := c.values[name]; ok {
			all = append(all, name+"="+value)
		}
	}
	return all
}

// Get returns a variable, empty when it is not set.
func (c *Call) Get(name string) string { return c.values[name] }

// Set sets a variable.
func (c *Call) Set(name, value string) {
	if !slices.Contains(c.names, name) {
		c.names = append(c.names, name)
	}
	c.values[name] = value
}

// suggest sets a variable that the user has not set.
func (c *Call) suggest(name, value string) {
	if c.Get(name) == "" {
		c.Set(name, value)
	}
}

// keep removes variables that would make the program use something other than the
// gateway, and notes that.
func (c *Call) keep(names ...string) {
	for _, name := range names {
		if isForeign(c.Get(name)) {
			c.note("%s is set, and is not passed on: it would be used in place of the accounts", name)
		}
		delete(c.values, name)
	}
}

// isForeign reports whether a variable leads to something other than the gateway.
func isForeign(value string) bool { return value != "" && !strings.HasPrefix(value, tokenPrefix) }

func (c *Call) note(format string, args ...any) {
	c.Notes = append(c.Notes, fmt.Sprintf(format, args...))
}
