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

	"github.com/seed-810f1486/multiaccount/settings"
)

const readme = "../../README.md"

// fragmentHead stands before the blocks of the README that are no whole
// program; the variables use what a block may leave unused.
const fragmentHead = `package fragment

import (
	"context"
	"net/http"
	"path/filepath"

	anthropicsdk "github.com/anthropics/anthropic-sdk-go"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	openaisdk "github.com/openai/openai-go/v3"
	openaioption "github.com/openai/openai-go/v3/option"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
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
	_ openai.Options
	_ settings.Settings
	_ = filepath.Join
	_ = configured.All
)

`

// Every Go block of the README compiles, as a package inside the module that
// exists for the compiler alone.
func TestReadmeCodeCompiles(t *testing.T) {
	blocks := goBlocks(t)
	dir := t.TempDir()
	replace := map[string]string{}
	arguments := []string{"build", "-overlay=" + filepath.Join(dir, "overlay.json")}
	for i, block := range blocks {
		if !strings.HasPrefix(block, "package ") {
			block = fragmentHead + block
		}
		name := fmt.Sprintf("readme%d", i+1)
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
		t.Errorf("the README's code does not compile, readme1 being its first block: %v\n%s", err, said)
	}
}

func goBlocks(t *testing.T) []string {
	t.Helper()
	var blocks []string
	for _, found := range regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(read(t, readme), -1) {
		blocks = append(blocks, found[1])
	}
	if len(blocks) == 0 {
		t.Fatal("the README shows no Go")
	}
	return blocks
}

func TestReadmeNamesTheTestCommand(t *testing.T) {
	if !strings.Contains(read(t, readme), "go test ./...") {
		t.Error("the README does not say how to run the tests")
	}
}

func TestReadmeLinksLeadSomewhere(t *testing.T) {
	links := regexp.MustCompile(`\]\(([^)#]+)\)`).FindAllStringSubmatch(read(t, readme), -1)
	if len(links) == 0 {
		t.Fatal("the README links to nothing")
	}
	for _, link := range links {
		if strings.Contains(link[1], "://") {
			continue
		}
		if _, err := os.Stat(filepath.Join(root(t), link[1])); err != nil {
			t.Errorf("a link of the README leads nowhere: %v", err)
		}
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

// The README's tables leave out nothing that a host may meet.
func TestReadmeIsComplete(t *testing.T) {
	page := read(t, readme)
	mustName := func(what, name string) {
		if !regexp.MustCompile("`\\*?" + regexp.QuoteMeta(name) + "`").MatchString(page) {
			t.Errorf("the README does not mention the %s %s", what, name)
		}
	}
	for _, key := range settings.Keys() {
		mustName("setting", key.Name)
	}
	for name := range declared(t, ".", `(?m)^type (\w+Error) struct`) {
		mustName("error", name)
	}
	for name := range declared(t, ".", `(?m)^\t(Err[A-Z]\w*)\s+= errors\.New`) {
		mustName("error", name)
	}
	for name := range declared(t, ".", `(?m)^\t(\w+)\s+= event\.\w+$`) {
		if name != "Occurrence" {
			mustName("event", name)
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
