// Package docs_test compares the documentation with what it describes.
package docs_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

const raised = "## Raised by name"

func TestEveryDirectDependencyIsJustified(t *testing.T) {
	justified, _ := documented(t)
	for module, direct := range required(t) {
		if direct && !justified[module] {
			t.Errorf("go.mod requires %s: say why in docs/dependencies.md, or drop it", module)
		}
	}
}

func TestEveryDocumentedDependencyIsRequired(t *testing.T) {
	justified, raised := documented(t)
	modules := required(t)
	for module := range justified {
		if _, ok := modules[module]; !ok {
			t.Errorf("docs/dependencies.md justifies %s, which go.mod does not require", module)
		}
	}
	for module := range raised {
		if direct, ok := modules[module]; !ok || direct {
			t.Errorf("docs/dependencies.md says that %s is linked by another module only; go.mod disagrees", module)
		}
	}
}

// documented returns the modules in the first column of the page's tables:
// those that are imported, and those whose version alone is raised.
func documented(t *testing.T) (justified, linked map[string]bool) {
	t.Helper()
	imported, transitive, ok := strings.Cut(read(t, "../../docs/dependencies.md"), raised)
	justified, linked = firstColumn(imported), firstColumn(transitive)
	if !ok || len(justified) == 0 || len(linked) == 0 {
		t.Fatalf("docs/dependencies.md has no tables before and after %q", raised)
	}
	return justified, linked
}

func firstColumn(page string) map[string]bool {
	modules := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(page, -1) {
		modules[row[1]] = true
	}
	return modules
}

// required returns the modules that go.mod requires, and whether directly.
func required(t *testing.T) map[string]bool {
	t.Helper()
	requirement := regexp.MustCompile(`(?m)^(?:require )?\s*(\S+\.\S+/?\S*) v\S+( // indirect)?$`)
	modules := map[string]bool{}
	for _, line := range requirement.FindAllStringSubmatch(read(t, "../../go.mod"), -1) {
		modules[line[1]] = line[2] == ""
	}
	if len(modules) == 0 {
		t.Fatal("go.mod requires nothing")
	}
	return modules
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
