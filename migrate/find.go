package migrate

import (
	"cmp"
	"os"
	"path/filepath"
)

// Find returns the sources that exist on this machine, in the places where
// their programs keep them. getenv and home are the user's; nothing is opened.
// A file that links lead to twice is one source; what is there and no file is
// one too, so that [Read] says why nothing comes of it.
//
// The places: OpenCode's auth.json in OPENCODE_CONFIG_DIR,
// XDG_DATA_HOME/opencode, ~/.local/share/opencode and ~/.config/opencode, and
// beside it the files of multi-account-core; CODEX_HOME or ~/.codex for Codex;
// CLAUDE_CONFIG_DIR or ~/.claude for Claude Code.
func Find(getenv func(string) string, home string) []string {
	var found []string
	seen := map[string]bool{}
	add := func(path string) {
		if _, err := os.Lstat(path); err != nil {
			return
		}
		file, err := filepath.EvalSymlinks(path)
		if err != nil {
			file = path // a link to nowhere
		}
		if !seen[file] {
			seen[file] = true
			found = append(found, path)
		}
	}
	for _, dir := range openCodeFolders(getenv, home) {
		add(filepath.Join(dir, "auth.json"))
		for _, pattern := range []string{"*-multi-account-accounts.json", "multiauth-accounts.json"} {
			matches, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil {
				continue // a folder whose own name is no pattern
			}
			for _, path := range matches {
				add(path)
			}
		}
	}
	add(filepath.Join(cmp.Or(getenv("CODEX_HOME"), filepath.Join(home, ".codex")), "auth.json"))
	add(filepath.Join(cmp.Or(getenv("CLAUDE_CONFIG_DIR"), filepath.Join(home, ".claude")), ".credentials.json"))
	return found
}

func openCodeFolders(getenv func(string) string, home string) []string {
	var folders []string
	if dir := getenv("OPENCODE_CONFIG_DIR"); dir != "" {
		folders = append(folders, dir)
	}
	if dir := getenv("XDG_DATA_HOME"); dir != "" {
		folders = append(folders, filepath.Join(dir, "opencode"))
	}
	return append(folders, filepath.Join(home, ".local", "share", "opencode"), filepath.Join(home, ".config", "opencode"))
}
