package service

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the expected files anew")

// options have what has to be quoted.
func options() Options {
	return Options{
		Program: `/opt/my tools/multiaccount`, Dir: `/home/ada/100% "mine"`, Flags: []string{"--listen", "127.0.0.1:9000", "--hosts", `a$b\c&<d>`},
		Listen: "127.0.0.1:9000", Socket: "/run/user/1000/100%.sock", Home: "/home/ada", Config: "/home/ada/.config", User: `DESK\ada & co`,
	}
}

// TestPlans compares the files and calls for each system with testdata.
func TestPlans(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		t.Run(goos, func(t *testing.T) {
			plan, err := PlanFor(goos, options())
			if err != nil {
				t.Fatal(err)
			}
			got := plan.text()
			path := filepath.Join("testdata", goos+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil || got != string(want) {
				t.Errorf("%v: the plan is not that of %s; if it should be, call go test ./internal/service -update\n%s", err, path, got)
			}
		})
	}
}

func (p Plan) text() string {
	var b strings.Builder
	for _, f := range p.Files {
		b.WriteString("== " + filepath.ToSlash(f.Path) + "\n" + Readable(f.Text))
	}
	calls := func(what string, all ...Call) {
		for _, c := range all {
			b.WriteString("== " + what + ": " + filepath.ToSlash(strings.Join(c, " ")) + "\n")
		}
	}
	calls("check", p.Check)
	calls("stop", p.Stop)
	calls("start", p.Start...)
	calls("leave", p.Leave...)
	calls("forget", p.Forget...)
	calls("status", p.Status)
	calls("logs", p.Logs, p.Follow)
	return b.String()
}

func TestNoPlanForOthers(t *testing.T) {
	if _, err := PlanFor("plan9", options()); err == nil || !strings.Contains(err.Error(), "plan9") {
		t.Errorf("got %v", err)
	}
}

// What Windows reads is UTF-16, also of letters that do not fit into one unit.
func TestWideTextIsReadable(t *testing.T) {
	for _, text := range []string{"", "a\nb\n", "ä 🦊 "} {
		if got := Readable(wide(strings.ReplaceAll(text, "\n", "\r\n"))); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if odd := Readable([]byte("\xff\xfea")); odd != "" {
		t.Errorf("half a unit became %q", odd)
	}
}

func TestArgumentsOfWindows(t *testing.T) {
	for arg, want := range map[string]string{
		"plain": "plain", "": `""`, "a b": `"a b"`, `C:\a b\`: `"C:\a b\\"`, `say "hi"`: `"say \"hi\""`, `a\" b`: `"a\\\" b"`, `C:\a`: `C:\a`,
	} {
		if got := quotedArgument(arg); got != want {
			t.Errorf("%q became %s, want %s", arg, got, want)
		}
	}
}
