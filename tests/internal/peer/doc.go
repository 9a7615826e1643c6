// Package peer runs engines in processes of their own, so that several of
// them share one folder and any of them can be killed. A process is told what
// to do in lines of JSON on its standard input, and answers in such lines on
// its standard output. When its input ends, it closes its engine and ends.
//
// The half that runs in the process is [Run], the half in the test [Process].
// What a process can do is the suite's: a [Work] for each name.
package peer

import (
	"encoding/json"
	"os"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// variable is set in the environment of a child.
const variable = "MULTIACCOUNT_PEER"

// IsChild reports whether this process was started by [Start].
func IsChild() bool { return os.Getenv(variable) != "" }

// Config says what a child opens: an engine with a pool of Anthropic accounts.
type Config struct {
	Dir      string
	BaseURL  string
	TokenURL string
	// RefreshTimeout is that of the provider; zero for its own.
	RefreshTimeout time.Duration
}

// At is the config of a child in dir whose provider is srv.
func At(srv *providertest.Server, dir string) Config {
	at := srv.Endpoints(providertest.Anthropic)
	return Config{Dir: dir, BaseURL: at.BaseURL, TokenURL: at.TokenURL}
}

// Through sends what would go to the server at url through a relay.
func (c Config) Through(url string, r *Relay) Config {
	c.BaseURL = strings.Replace(c.BaseURL, url, r.URL, 1)
	c.TokenURL = strings.Replace(c.TokenURL, url, r.URL, 1)
	return c
}

// order is a line to a child.
type order struct {
	Work string          `json:"work"`
	Arg  json.RawMessage `json:"arg"`
}

// Line is a line from a child: one of its fields is set.
type Line struct {
	// Stopped is the failpoint at which a goroutine of the child stands.
	Stopped string `json:"stopped,omitempty"`
	// Note is what a work told before its end.
	Note json.RawMessage `json:"note,omitempty"`
	// Done is set when a work has ended.
	Done *Done `json:"done,omitempty"`
}

// Done is what a work returned.
type Done struct {
	Result json.RawMessage `json:"result,omitempty"`
	Error  string          `json:"error,omitempty"`
}
