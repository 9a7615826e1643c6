package settings_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/settings"
)

var update = flag.Bool("update", false, "write the generated parts of the documentation anew")

// generated compares a file with what the table says, or writes it anew:
// go test ./settings -update
func generated(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s does not say what the table does (%v); run: go test ./settings -update", path, err)
	}
}

func TestSchemaFileIsCurrent(t *testing.T) {
	generated(t, "../docs/settings.schema.json", string(settings.Schema()))
}

func TestSettingsPageIsCurrent(t *testing.T) {
	generated(t, "../docs/settings.md", between(t, "../docs/settings.md", reference()))
}

// between returns a page with its generated part replaced.
func between(t *testing.T, path, part string) string {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	marks := regexp.MustCompile(`(?s)(<!-- generated: .*? -->\n).*?(<!-- end -->)`)
	if !marks.Match(page) {
		t.Fatalf("%s has no place for the table", path)
	}
	return marks.ReplaceAllStringFunc(string(page), func(old string) string {
		parts := marks.FindStringSubmatch(old)
		return parts[1] + part + parts[2]
	})
}

func reference() string {
	var b strings.Builder
	b.WriteString("| key | default | allowed | meaning | environment |\n|---|---|---|---|---|\n")
	for _, k := range settings.Keys() {
		if !k.ProviderOnly {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | `%s` |\n", k.Name, k.Default, k.Allowed, k.Help, k.Variable)
		}
	}
	b.WriteString("\nUnder `providers.<name>` alone:\n\n| key | allowed | meaning |\n|---|---|---|\n")
	for _, k := range settings.Keys() {
		if k.ProviderOnly {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.Name, k.Allowed, k.Help)
		}
	}
	return b.String()
}
