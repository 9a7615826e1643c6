package docs_test

import (
	"flag"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/api.txt anew")

const (
	module  = "github.com/seed-810f1486/multiaccount"
	apiPath = "../../docs/api.txt"
)

// covered are the packages that follow semantic versioning, as docs/versioning.md
// says, by their path in the module. Of a package with names only these are
// covered.
func covered() map[string][]string {
	return map[string][]string{
		".": nil, "account": nil, "event": nil, "gateway": nil, "gateway/admin": nil, "gateway/dashboard": nil, "login": nil, "migrate": nil, "persistence": nil, "persistence/storetest": nil,
		"providers": nil, "providers/anthropic": nil, "providers/apikey": nil, "providers/configured": nil, "providers/oauth2": nil,
		"providers/openai": nil, "providers/providertest": nil, "providers/retryafter": nil, "settings": nil, "vault": nil,
		"policy": {
			"Strategy", "Candidate", "Request", "Facts", "Window", "ModelCooldown", "Instant", "At", "PinnedBy",
			"Sticky", "Replay", "Replayed", "Options", "Decision", "Considered", "State", "Reason", "Answered",
		},
		"tui": {"Terminal", "Option", "NoTerminalError", "ErrDismissed", "Label", "Wait"},
	}
}

// seams are importable, and may change with any version.
func seams() []string { return []string{"actors", "messages"} }

// A change of what programs outside compile against is seen in review.
func TestPublicFaceIsListed(t *testing.T) {
	got := listing(t)
	if *update {
		if err := os.WriteFile(apiPath, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := read(t, apiPath)
	if got == want {
		return
	}
	gone, added := differing(want, got), differing(got, want)
	t.Errorf("the public face is not what docs/api.txt says.\nGone or changed, which may break programs outside:\n\t%s\nNew or changed:\n\t%s\n"+
		"If that is meant, run \"go test ./tests/docs -update\" and commit docs/api.txt with the change.",
		strings.Join(gone, "\n\t"), strings.Join(added, "\n\t"))
}

// differing returns the lines of a that b does not have.
func differing(a, b string) []string {
	known := strings.Split(b, "\n")
	return slices.DeleteFunc(strings.Split(a, "\n"), func(line string) bool { return slices.Contains(known, line) })
}

// A new package is either covered or a seam, and the page says which.
func TestEveryPackageIsCoveredOrASeam(t *testing.T) {
	page := read(t, "../../docs/versioning.md")
	for _, path := range importable(t) {
		_, known := covered()[path]
		if !known && !slices.Contains(seams(), path) {
			t.Errorf("package %s: add it to covered or to seams in tests/docs/api_test.go, and to docs/versioning.md", path)
		}
		if name := strings.TrimPrefix(path, "providers/"); path != "." && !strings.Contains(page, "`"+path+"`") && !strings.Contains(page, "`/"+name+"`") {
			t.Errorf("docs/versioning.md does not say what of package %s is covered", path)
		}
	}
}

// importable returns the packages that programs outside can import and that are
// no tests, by their path in the module.
func importable(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Name}} {{.ImportPath}}", module+"/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for line := range strings.Lines(string(out)) {
		name, path, _ := strings.Cut(strings.TrimSpace(line), " ")
		path = strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
		if name == "main" || strings.HasPrefix(path, "tests/") || slices.Contains(strings.Split(path, "/"), "internal") {
			continue
		}
		if path == "" {
			path = "."
		}
		paths = append(paths, path)
	}
	if len(paths) < 10 {
		t.Fatalf("only %q are packages", paths)
	}
	return paths
}

// What is covered speaks of nothing that is not.
func TestCoveredNamesStandOnCoveredNames(t *testing.T) {
	packages := map[string]*apiPackage{}
	for path, names := range covered() {
		packages[path] = loadAPI(t, path, names)
	}
	for path, p := range packages {
		for _, u := range p.uses() {
			other, ok := packages[u.path]
			if !ok || !other.has(u.name) {
				t.Errorf("package %s: %s speaks of %s.%s, which is not covered", path, u.by, u.path, u.name)
			}
		}
	}
}
