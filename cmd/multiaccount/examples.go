package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// examples are one or two calls of each command, by its path.
func examples() map[string]string {
	return map[string]string{
		"multiaccount accounts add":     `multiaccount accounts add anthropic --label work < key.txt`,
		"multiaccount accounts adopt":   `multiaccount accounts adopt work`,
		"multiaccount accounts disable": `multiaccount accounts disable work`,
		"multiaccount accounts enable":  `multiaccount accounts enable work`,
		"multiaccount accounts list":    "multiaccount accounts list\nmultiaccount accounts list --provider openai --json",
		"multiaccount accounts pin":     "multiaccount accounts pin work\nmultiaccount accounts pin --clear",
		"multiaccount accounts refresh": `multiaccount accounts refresh ada@example.com`,
		"multiaccount accounts remove":  "multiaccount accounts remove work\nmultiaccount accounts remove ada@example.com --yes",
		"multiaccount accounts rename":  `multiaccount accounts rename ada@example.com work`,
		"multiaccount accounts reset":   `multiaccount accounts reset work`,
		"multiaccount accounts set":     "multiaccount accounts set work priority=1\nmultiaccount accounts set ada@example.com weight=3 max_in_flight=4 soft_quota=80",
		"multiaccount accounts set-key": "multiaccount accounts set-key work < key.txt",
		"multiaccount accounts show":    "multiaccount accounts show work\nmultiaccount accounts show work --json",
		"multiaccount admin token":      "multiaccount admin token\nmultiaccount admin token --yes --json",
		"multiaccount backup":           "multiaccount backup accounts.age",
		"multiaccount restore":          "multiaccount restore accounts.age\nmultiaccount restore accounts.age --dir ~/other",
		"multiaccount clients add":      "multiaccount clients add laptop\nmultiaccount clients add ci --accounts work,spare --max-in-flight 4 --max-wait 8h --priority -1\nmultiaccount clients add bot --models \"claude-haiku-*\" --daily-tokens 5000000",
		"multiaccount clients list":     "multiaccount clients list\nmultiaccount clients list --json",
		"multiaccount clients remove":   "multiaccount clients remove laptop",
		"multiaccount config check":     `multiaccount config check`,
		"multiaccount config edit":      `multiaccount config edit`,
		"multiaccount config get":       `multiaccount config get account_selection_strategy`,
		"multiaccount config path":      `multiaccount config path`,
		"multiaccount config schema":    `multiaccount config schema > settings.schema.json`,
		"multiaccount config set": "multiaccount config set account_selection_strategy drain-first\nmultiaccount config set providers.openai.max_wait_ms 0\n" +
			`multiaccount config set chains.claude '[{"pool": "anthropic"}, {"pool": "zai", "models": {"claude-*": "glm-5"}}]'` + "\n" +
			`multiaccount config set 'prices.claude-opus-*' '{"input": 15, "output": 75}'`,
		"multiaccount config show":       `multiaccount config show --json`,
		"multiaccount config test-event": "multiaccount config test-event\nmultiaccount config test-event openai",
		"multiaccount config unset":      `multiaccount config unset max_wait_ms`,
		"multiaccount dashboard":         "multiaccount dashboard\nmultiaccount dashboard --no-open",
		"multiaccount decrypt":           `multiaccount decrypt`,
		"multiaccount demo":              "multiaccount demo\nmultiaccount demo --processes 4 --json\nmultiaccount demo --serve",
		"multiaccount doctor":            "multiaccount doctor\nmultiaccount doctor --offline --json",
		"multiaccount encrypt":           "multiaccount encrypt\nmultiaccount encrypt --keyring",
		"multiaccount export":            `multiaccount export --provider anthropic > accounts.json`,
		"multiaccount fleet":             "multiaccount fleet status\nmultiaccount fleet migrate --dry-run",
		"multiaccount import":            "multiaccount import --dry-run\nmultiaccount import ~/.codex/auth.json\nmultiaccount import --once ~/.local/share/opencode/auth.json",
		"multiaccount login":             "multiaccount login anthropic\nmultiaccount login openai --device\nmultiaccount login openai --device --steps",
		"multiaccount run":               "multiaccount run claude\nmultiaccount run codex -- exec 'explain this repository'",
		"multiaccount serve":             "multiaccount serve\nmultiaccount serve --listen 127.0.0.1:9000\nmultiaccount serve --replace\nmultiaccount serve --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem\nmultiaccount serve --listen 127.0.0.1:0 --handshake --stdin-exit --client editor --events",
		"multiaccount setup status":      "multiaccount setup status\nmultiaccount setup status --json",
		"multiaccount setup undo":        "multiaccount setup undo claude\nmultiaccount setup undo codex --dry-run",
		"multiaccount setup":             "multiaccount setup claude --dry-run\nmultiaccount setup claude\nmultiaccount setup codex --address http://127.0.0.1:9000",
		"multiaccount service install":   "multiaccount service install\nmultiaccount service install --dry-run -- --listen 127.0.0.1:9000",
		"multiaccount service uninstall": "multiaccount service uninstall",
		"multiaccount service status":    "multiaccount service status",
		"multiaccount service logs":      "multiaccount service logs --follow",
		"multiaccount status":            "multiaccount status --watch\nmultiaccount status --json",
		"multiaccount vault lock":        `multiaccount vault lock`,
		"multiaccount vault status":      `multiaccount vault status`,
		"multiaccount vault unlock":      `multiaccount vault unlock --for 8h`,
		"multiaccount man":               `multiaccount man ~/.local/share/man/man1`,
		"multiaccount version":           `multiaccount version --json`,
		"multiaccount usage":             "multiaccount usage --by model\nmultiaccount usage --by account --since 30d --csv",
		"multiaccount why":               "multiaccount why\nmultiaccount why work -n 3",
	}
}

// addExamples gives c and all commands below it their examples.
func addExamples(c *cobra.Command) {
	if text := examples()[c.CommandPath()]; text != "" {
		c.Example = "  " + strings.ReplaceAll(text, "\n", "\n  ")
	}
	for _, below := range c.Commands() {
		addExamples(below)
	}
}
