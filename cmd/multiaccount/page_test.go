package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write docs/commands.md and the screens in testdata/screen anew")

const pageHead = `# Commands

What the command line can do. The commands themselves wrote this page (` + "`go test ./cmd/multiaccount -run TestPage -update`" + `).

Without a command, on a terminal, ` + "`multiaccount`" + ` opens the screen to manage accounts from; the README shows it.

Results go to standard output, and everything else to standard error; in a pipe nothing is coloured, and with ` + "`--json`" + ` field
names are stable. ` + "`NO_COLOR`" + ` is honoured. The state is in ` + "`$MULTIACCOUNT_DIR`" + `, else in ` + "`$XDG_CONFIG_HOME/multiaccount`" + `, else in
` + "`~/.config/multiaccount`" + `.

| exit status | meaning |
|---|---|
| 0 | done |
| 1 | not done, or what was looked at is not well |
| 2 | called wrongly |
| 130 | interrupted |

Shells complete commands and flags: ` + "`multiaccount completion bash|zsh|fish|powershell`" + ` prints the script.
`

// The page of commands says what the commands say of themselves, and each that
// does something has an example.
func TestPage(t *testing.T) {
	const path = "../../docs/commands.md"
	page := pageHead + pageOf(t, newRoot(streams{}))
	if *update {
		if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	written, err := os.ReadFile(path)
	if err != nil || string(written) != page {
		t.Errorf("docs/commands.md is not what the commands say, %v; run: go test ./cmd/multiaccount -run TestPage -update", err)
	}
}

// pageOf is a section for each command below c that does something.
func pageOf(t *testing.T, c *cobra.Command) string {
	t.Helper()
	var page strings.Builder
	for _, below := range c.Commands() {
		if below.Hidden || below.Name() == "help" || below.Name() == "completion" {
			continue
		}
		fmt.Fprintf(&page, "\n## %s\n\n%s\n", below.CommandPath(), said(below))
		if !below.HasSubCommands() {
			fmt.Fprintf(&page, "\n```sh\n%s\n```\n", exampleOf(t, below))
		}
		page.WriteString(flagsOf(below) + pageOf(t, below))
	}
	return page.String()
}

// said is what a command says of itself, with its lists as Markdown shows them.
func said(c *cobra.Command) string {
	text := c.Short + "."
	if c.Long != "" {
		text = c.Long
	}
	return "`" + c.UseLine() + "`\n\n" + text
}

func exampleOf(t *testing.T, c *cobra.Command) string {
	t.Helper()
	if c.Example == "" {
		t.Errorf("%s has no example", c.CommandPath())
	}
	for call := range strings.Lines(c.Example) {
		found, _, err := c.Root().Find(regexp.MustCompile(`\S+`).FindAllString(call, -1)[1:])
		if err != nil || found != c {
			t.Errorf("the example %q calls another command, %v", call, err)
		}
	}
	return c.Example
}

func flagsOf(c *cobra.Command) string {
	if !c.HasAvailableLocalFlags() {
		return ""
	}
	return "\n```\n" + c.LocalFlags().FlagUsages() + "```\n"
}
