package docs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const readme = "../../README.md"

// testCommand is how the README says that the tests are run.
const testCommand = "go test ./..."

// fragmentHead stands before the blocks of the pages that are no whole
// program; the variables use what a block may leave unused.
const fragmentHead = `package fragment

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"

	anthropicsdk "github.com/anthropics/anthropic-sdk-go"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	openaisdk "github.com/openai/openai-go/v3"
	openaioption "github.com/openai/openai-go/v3/option"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/configured"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/settings"
)

var (
	_ context.Context
	_ http.Client
	_ anthropicsdk.Client
	_ anthropicoption.RequestOption
	_ openaisdk.Client
	_ openaioption.RequestOption
	_ multiaccount.Engine
	_ providers.Provider
	_ anthropic.Options
	_ openai.Options
	_ settings.Settings
	_ = errors.Join
	_ = filepath.Join
	_ = configured.All
)

`

// Every Go block of the README and of docs/embedding.md compiles, as a package
// inside the module that exists for the compiler alone.
func TestCodeOfThePagesCompiles(t *testing.T) {
	dir := t.TempDir()
	replace := map[string]string{}
	arguments := []string{"build", "-overlay=" + filepath.Join(dir, "overlay.json")}
	for name, block := range goBlocks(t) {
		if !strings.HasPrefix(block, "package ") {
			block = fragmentHead + block
		}
		file := filepath.Join(dir, name+".go")
		write(t, file, []byte(block))
		replace[filepath.Join(root(t), "tests", "docs", name, "block.go")] = file
		arguments = append(arguments, "./tests/docs/"+name)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "overlay.json"), overlay)

	build := exec.CommandContext(t.Context(), "go", arguments...)
	build.Dir = root(t)
	if said, err := build.CombinedOutput(); err != nil {
		t.Errorf("code of the pages does not compile, readme1 being the first block of the README: %v\n%s", err, said)
	}
}

// goBlocks returns the Go code of the pages for hosts, by page and number.
func goBlocks(t *testing.T) map[string]string {
	t.Helper()
	blocks := map[string]string{}
	for name, page := range map[string]string{"readme": readme, "embedding": "../../docs/embedding.md"} {
		found := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(read(t, page), -1)
		if len(found) == 0 {
			t.Fatalf("%s shows no Go", page)
		}
		for i, block := range found {
			blocks[fmt.Sprintf("%s%d", name, i+1)] = block[1]
		}
	}
	return blocks
}

func TestReadmeNamesTheTestCommand(t *testing.T) {
	if !strings.Contains(read(t, readme), testCommand) {
		t.Error("the README does not say how to run the tests")
	}
}

// What the README says about the tests is what is checked before a merge.
func TestCIRunsTheTestCommand(t *testing.T) {
	if !regexp.MustCompile(`(?m)^step .* ` + regexp.QuoteMeta(testCommand) + `$`).MatchString(read(t, "../../.ci/run")) {
		t.Errorf(".ci/run has no step %q", testCommand)
	}
}

// What the picture calls a message is one.
func TestPictureNamesRealMessages(t *testing.T) {
	types := declared(t, "messages", `(?m)^type ([A-Z]\w*) struct`)
	named := regexp.MustCompile(`class="msg[^>]*>(\w+)<`).FindAllStringSubmatch(read(t, "../../docs/architecture.svg"), -1)
	if len(named) == 0 {
		t.Fatal("the picture names no message")
	}
	for _, name := range named {
		if !types[name[1]] {
			t.Errorf("docs/architecture.svg shows the message %s, which is no type of package messages", name[1])
		}
	}
}

// The page of errors leaves out none that a host may meet.
func TestErrorsPageIsComplete(t *testing.T) {
	page := read(t, "../../docs/errors.md")
	for _, pattern := range []string{`(?m)^type (\w+Error) struct`, `(?m)^\t(Err[A-Z]\w*)\s+= errors\.New`} {
		for name := range declared(t, ".", pattern) {
			if !regexp.MustCompile("`\\*?" + regexp.QuoteMeta(name) + "`").MatchString(page) {
				t.Errorf("docs/errors.md does not have %s", name)
			}
		}
	}
}

// declared returns what a pattern finds in the Go files of a folder, its tests
// left out.
func declared(t *testing.T, folder, pattern string) map[string]bool {
	t.Helper()
	names := found(t, folder, pattern, func(file string) bool { return !isTest(file) })
	if len(names) == 0 {
		t.Fatalf("nothing in %s matches %s", folder, pattern)
	}
	return names
}

func isTest(file string) bool { return strings.HasSuffix(file, "_test.go") }

// found returns what a pattern finds in those Go files of a folder that count.
func found(t *testing.T, folder, pattern string, counts func(file string) bool) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root(t), folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, file := range files {
		if !counts(file) {
			continue
		}
		for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(read(t, file), -1) {
			names[found[1]] = true
		}
	}
	return names
}

// root is the module's folder.
func root(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
