package docs_test

import (
	"go/build"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// named is a file or a folder in code style: it has a slash or ends in .go, and is
// neither a module, a package of the standard library nor a folder of the user's. "<name>" and "*" stand for any
// text.
const named = "`(\\.?[\\w<>*-]+(?:/[\\w.<>*-]*)+|[\\w<>*-]+\\.go)`"

// Every file of code that a page names exists, and every folder too on a page for
// contributors, so that the map of the code cannot rot. A name stands for itself or
// for what is in the first folder that its line names.
func TestNamedFilesExist(t *testing.T) {
	pattern := regexp.MustCompile(named)
	contributors := mapped(t)
	for _, page := range pages(t) {
		for line := range strings.Lines(prose(read(t, page))) {
			folder := "."
			for _, name := range pattern.FindAllStringSubmatch(line, -1) {
				switch {
				case !strings.HasSuffix(name[1], ".go") && !slices.Contains(contributors, page):
				case exists(t, name[1]):
					if folder == "." {
						folder = folderOf(name[1])
					}
				case !exists(t, folder+"/"+name[1]) && !strings.HasPrefix(name[1], "<dir>") && !standard(name[1]):
					t.Errorf("%s names %s, which is not there", page, name[1])
				}
			}
		}
	}
}

// No folder of code is left out of the map, and no suite out of the page of tests.
func TestMapIsComplete(t *testing.T) {
	for page, parents := range map[string][]string{
		"architecture.md": {".", "internal", "actors/internal"},
		"testing.md":      {"tests"},
	} {
		text := read(t, "../../docs/"+page)
		for _, parent := range parents {
			for _, folder := range folders(t, parent) {
				if !strings.Contains(text, "`"+folder+"/") && !strings.Contains(text, "`"+filepath.Join(parent, folder)+"/") {
					t.Errorf("docs/%s does not have the folder %s", page, filepath.Join(parent, folder))
				}
			}
		}
	}
}

// The walk of a request names messages that there are.
func TestWalkNamesRealMessages(t *testing.T) {
	types := declared(t, "messages", `(?m)^type ([A-Z]\w*) struct`)
	page := read(t, "../../docs/architecture.md")
	_, walk, _ := strings.Cut(page, "## One request")
	walk, _, _ = strings.Cut(walk, "## What is not obvious")
	named := regexp.MustCompile("`([A-Z]\\w+)`").FindAllStringSubmatch(walk, -1)
	if len(named) < 20 {
		t.Fatalf("docs/architecture.md names only %d messages", len(named))
	}
	for _, name := range named {
		if !types[name[1]] {
			t.Errorf("docs/architecture.md names the message %s, which is no type of package messages", name[1])
		}
	}
}

// folders returns those below a folder that hold code.
func folders(t *testing.T, parent string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root(t), parent, "*", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, file := range files {
		if folder := filepath.Base(filepath.Dir(file)); !slices.Contains(all, folder) {
			all = append(all, folder)
		}
	}
	return all
}

// standard reports whether a name is that of a package of the standard library.
func standard(name string) bool {
	found, err := build.Default.Import(name, "", build.FindOnly)
	return err == nil && found.Goroot
}

func folderOf(name string) string {
	if strings.HasSuffix(name, ".go") {
		return filepath.Dir(name)
	}
	return name
}

// mapped returns the pages for contributors, whose names of folders are from the root.
func mapped(t *testing.T) []string {
	t.Helper()
	decisions, err := filepath.Glob("../../docs/decisions/*.md")
	if err != nil || len(decisions) == 0 {
		t.Fatalf("no pages of decisions: %v", err)
	}
	return append(decisions, "../../CONTRIBUTING.md", "../../docs/architecture.md", "../../docs/testing.md", "../../docs/glossary.md")
}

// Every test, benchmark and fuzz test that a page names exists.
func TestNamedTestsExist(t *testing.T) {
	all := testFunctions(t)
	named := regexp.MustCompile("`((?:Test|Benchmark|Fuzz)[A-Z]\\w*)")
	for _, page := range pages(t) {
		for _, name := range named.FindAllStringSubmatch(read(t, page), -1) {
			if !all[name[1]] {
				t.Errorf("%s names %s, which is no test", page, name[1])
			}
		}
	}
}

// testFunctions returns the functions of every test file of the module.
func testFunctions(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	declaration := regexp.MustCompile(`(?m)^func (\w+)\(`)
	err := filepath.WalkDir(root(t), func(path string, d fs.DirEntry, err error) error {
		if name := d.Name(); d.IsDir() && (name == ".cache" || name == ".git" || name == "dist") {
			return fs.SkipDir // tools come and go there
		}
		if err != nil || d.IsDir() || !isTest(path) {
			return err
		}
		for _, f := range declaration.FindAllStringSubmatch(read(t, path), -1) {
			all[f[1]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// exists reports whether there is such a file or folder below the root.
func exists(t *testing.T, name string) bool {
	t.Helper()
	pattern := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(name, "*")
	found, err := filepath.Glob(filepath.Join(root(t), pattern))
	if err != nil {
		t.Fatal(err)
	}
	return len(found) > 0
}
