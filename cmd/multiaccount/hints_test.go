package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// parse has the command line read a call, and returns the path of the command that
// it calls. The call may end in a redirection.
func parse(t *testing.T, call string) string {
	t.Helper()
	words := regexp.MustCompile(`[^\s']+|'[^']*'`).FindAllString(regexp.MustCompile(` [<>|].*`).ReplaceAllString(call, ""), -1)
	found, rest, err := newRoot(streams{}).Find(words[1:])
	if err == nil {
		err = found.ParseFlags(rest)
	}
	if err == nil {
		err = found.ValidateArgs(found.Flags().Args())
	}
	if err != nil {
		t.Errorf("%q cannot be called: %v", call, err)
	}
	return found.CommandPath()
}

// hint finds a command that a text tells its reader to call: between quotes, or on
// an indented line.
var hint = regexp.MustCompile(`"(multiaccount [a-z][^"]*)"|(?m:^ {2,}(multiaccount [a-z].*)$)`)

// verb matches what a format fills in.
var verb = regexp.MustCompile(`%[sqdv]`)

// Every command that a text of this program tells its reader to call can be called.
func TestHintsCanBeCalled(t *testing.T) {
	seen := 0
	for _, dir := range []string{".", "../..", "../../tui", "../../internal/tui/poolview", "../../login", "../../vault", "../../persistence", "../../migrate", "../../gateway", "../../internal/agents", "../../internal/localgate", "../../internal/serving", "../../internal/setup"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", dir, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, text := range literals(t, file) {
				for _, found := range hint.FindAllStringSubmatch(text, -1) {
					call := found[1] + found[2]
					parse(t, verb.ReplaceAllString(call, "x"))
					seen++
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d hints were found", seen)
	}
}

// literals are the texts of a source file.
func literals(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	ast.Inspect(file, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if text, err := strconv.Unquote(l.Value); err == nil {
				all = append(all, text)
			}
		}
		return true
	})
	return all
}

// What is missing is named, with an example that can be called; what is misspelt is
// told with what was probably meant.
func TestMistakesAreExplained(t *testing.T) {
	t.Setenv("MULTIACCOUNT_DIR", t.TempDir())
	for _, test := range []struct{ call, want string }{
		{"login", `PROVIDER is missing, as in "multiaccount login anthropic"`},
		{"accounts rename work", `LABEL is missing, as in "multiaccount accounts rename ada@example.com work"`},
		{"accounts remove", `ACCOUNT is missing, as in`},
		{"config set debug", `VALUE is missing, as in`},
		{"accounts add anthropic sk-secret", `multiaccount accounts add takes PROVIDER and nothing else`},
		{"encrypt sk-secret", `multiaccount encrypt takes no arguments; see "multiaccount encrypt --help"`},
		{"acounts list", `unknown command "acounts" for "multiaccount"; did you mean "multiaccount accounts"?`},
		{"accounts lits", `did you mean "multiaccount accounts list"?`},
		{"accounts delete", `did you mean "multiaccount accounts remove"?`},
		{"add", `did you mean "multiaccount accounts add"?`},
		{"xyzzy", `unknown command "xyzzy" for "multiaccount"; see "multiaccount --help"`},
		{"help nope", `unknown command "nope" for "multiaccount"`},
		{"help acounts", `did you mean "multiaccount accounts"?`},
		{"help accounts lsit", `did you mean "multiaccount accounts list"?`},
		{"status --jsn", `unknown flag: --jsn; did you mean --json?`},
		{"status --xyzzy", `unknown flag: --xyzzy; see "multiaccount status --help"`},
		{"accounts list --provider anthorpic", `there is no provider "anthorpic"; did you mean "anthropic"?`},
		{"login opnai", `did you mean "openai"?`},
	} {
		status, stdout, stderr := command(t, strings.Fields(test.call)...)
		if status != exitUsage || stdout != "" || !strings.Contains(stderr, test.want) || strings.Contains(stderr, "sk-secret") {
			t.Errorf("%s: status %d, stdout %q, stderr %q; want %q", test.call, status, stdout, stderr, test.want)
		}
	}
}

func TestHelpIsGrouped(t *testing.T) {
	status, stdout, _ := command(t, "help")
	for _, want := range []string{"Accounts:", "What happens:", "Settings and storage:", "Other:", "-v, --version"} {
		if status != exitDone || !strings.Contains(stdout, want) {
			t.Errorf("status %d, no %q in\n%s", status, want, stdout)
		}
	}
	_, version, _ := command(t, "version")
	for _, flag := range []string{"-v", "--version"} {
		if status, stdout, _ := command(t, flag); status != exitDone || stdout != version {
			t.Errorf("%s: status %d, %q, want %q", flag, status, stdout, version)
		}
	}
	_, stdout, _ = command(t, "help", "accounts", "list")
	if want := "Examples:\n  multiaccount accounts list\n  multiaccount accounts list --provider openai --json\n"; !strings.Contains(stdout, want) {
		t.Errorf("the examples are not indented:\n%s", stdout)
	}
}

// Under --json an error is one line of JSON.
func TestErrorsAsJSON(t *testing.T) {
	t.Setenv("MULTIACCOUNT_DIR", t.TempDir())
	for call, want := range map[string]string{
		"accounts show nobody --json": `{"error":{"code":"unknown_account","message":"there is no account \"nobody\"; \"multiaccount accounts list\" shows them","exit_status":2}}`,
		"status --json --nope":        `{"error":{"code":"usage","message":"unknown flag: --nope; see \"multiaccount status --help\"","exit_status":2}}`,
		"status --json --provider x":  `{"error":{"code":"unknown_provider",`,
		"config get nope --json":      `{"error":{"code":"invalid_settings",`,
		"login --json":                `{"error":{"code":"usage",`,
	} {
		_, stdout, stderr := command(t, strings.Fields(call)...)
		if stdout != "" || !strings.HasPrefix(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: stdout %q, stderr %s", call, stdout, stderr)
		}
	}
}
