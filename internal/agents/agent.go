// Package agents knows the coding agents, and how each is made to use the gateway: for
// one call by its environment and arguments, or for good by its settings.
//
// There is one file for each agent. What was measured of them, and with which
// version, is in docs/agents-setup.md.
package agents

import (
	"path/filepath"
	"strings"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// Agent is a program that can use the gateway.
type Agent struct {
	// Name is what the command line calls it.
	Name string
	// Title is what its makers call it.
	Title string
	// Command is the program's name.
	Command string
	// Install is a command line that installs it.
	Install string
	// Providers are the providers whose accounts it can use. It needs at least one of
	// them; an empty list means any provider.
	Providers []string

	point   func(*Call, Gate) error
	targets func(*Call, Gate) []Target
	rivals  func(*Call, Gate) []string
}

// All returns the agents that are known.
func All() []Agent {
	return []Agent{claude(), codex(), openCode(), gemini(), crush(), pi()}
}

// Of returns the agent of a name, or of a path to its program. For another program it
// returns one that gets the variables that many programs know.
func Of(name string) Agent {
	base := strings.TrimSuffix(filepath.Base(name), ".exe")
	for _, a := range All() {
		if a.Name == base {
			a.Command = name
			return a
		}
	}
	return Agent{Name: base, Title: name, Command: name, point: pointAny}
}

// Gate is the gateway, as a program is to use it.
type Gate struct {
	// Address is its URL without a path.
	Address string
	// Token is that of the client, and TokenFile a file that has it.
	Token, TokenFile string
	// Providers are the providers that have accounts.
	Providers []string
	// Dir is a folder for files that are made for agents.
	Dir string
}

// write writes a file of an agent's, and returns its path.
func (g Gate) write(name string, text []byte) (path string, err error) {
	if err := persistence.MakeFolder(g.Dir); err != nil {
		return "", err
	}
	path = filepath.Join(g.Dir, name)
	return path, persistence.WriteFile(path, text, true)
}

func (g Gate) url(path string) string { return g.Address + path }

// Point changes a call of the agent so that it uses the gateway.
func (a Agent) Point(c *Call, g Gate) error {
	c.reachGateway(g)
	if err := a.point(c, g); err != nil {
		return err
	}
	c.Set(URLVariable, g.Address)
	c.Set(TokenVariable, g.Token)
	return nil
}
