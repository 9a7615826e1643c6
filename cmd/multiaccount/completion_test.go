package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A bash without the package bash-completion completes all the same.
func TestBashCompletesWithoutItsPackage(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skipf("there is no bash here: %v", err)
	}
	script := filepath.Join(t.TempDir(), "complete.bash")
	_, text, _ := command(t, "completion", "bash")
	// The command itself is not on the path: what it is asked is what counts.
	text += `
multiaccount() { printf '%s\n' "$@" >&3; printf 'work\thome\n:4\n'; }
COMP_LINE="multiaccount accounts show --provider=anthropic w"; COMP_POINT=${#COMP_LINE}
COMP_WORDS=(multiaccount accounts show --provider = anthropic w); COMP_CWORD=6
__start_multiaccount
printf 'reply %s\n' "${COMPREPLY[@]}"
`
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), bash, "--norc", "--noprofile", "-c", "exec 3>&1; . "+script).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--provider=anthropic\nw\n") || !strings.Contains(string(out), "reply work") {
		t.Errorf("%v\n%s", err, out)
	}
}
