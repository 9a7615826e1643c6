package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
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
| 3 | an account needs its owner (` + "`status --check`, `doctor`" + `) |
| 130 | interrupted |

With ` + "`--json`" + ` an error is one line of JSON on standard error, ` + "`{\"error\": {\"code\": …, \"message\": …, \"exit_status\": …}}`" + `. Codes stay, messages may not:
CODES

Shells complete commands and flags: ` + "`multiaccount completion bash|zsh|fish|powershell`" + ` prints the script.
`

// The page of commands says what the commands say of themselves, and each that
// does something has an example.
func TestPage(t *testing.T) {
	const path = "../../docs/commands.md"
	page := strings.Replace(pageHead, "CODES", codes(t), 1) + pageOf(t, newRoot(streams{}))
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
			fmt.Fprintf(&page, "\n```sh\n%s\n```\n", calls(t, below))
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

// calls are the examples of a command, each of which calls it rightly.
func calls(t *testing.T, c *cobra.Command) string {
	t.Helper()
	if c.Example == "" {
		t.Errorf("%s has no example", c.CommandPath())
	}
	for call := range strings.Lines(c.Example) {
		if found := parse(t, call); found != c.CommandPath() {
			t.Errorf("the example %q calls %q", call, found)
		}
	}
	return strings.ReplaceAll(strings.TrimSpace(c.Example), "\n  ", "\n")
}

// codes are those of errors, as the page lists them.
func codes(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile("complain.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, found := range regexp.MustCompile(`(?m)^\tcode\w+ += "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		all = append(all, "`"+found[1]+"`")
	}
	slices.Sort(all)
	return strings.Join(all, ", ") + "."
}

func flagsOf(c *cobra.Command) string {
	if !c.HasAvailableLocalFlags() {
		return ""
	}
	return "\n```\n" + c.LocalFlags().FlagUsages() + "```\n"
}
