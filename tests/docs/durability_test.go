package docs_test

import (
	"regexp"
	"testing"
)

// Every test that docs/durability.md names stands where it says.
func TestDurabilityNamesRealTests(t *testing.T) { checkNamedTests(t, "docs/durability.md") }

// So does every test that docs/fleet.md names.
func TestFleetNamesRealTests(t *testing.T) { checkNamedTests(t, "docs/fleet.md") }

// So does every test that docs/security.md names.
func TestSecurityNamesRealTests(t *testing.T) { checkNamedTests(t, "docs/security.md") }

func checkNamedTests(t *testing.T, page string) {
	t.Helper()
	named := regexp.MustCompile("`((?:Test|Benchmark)\\w+)`(?: \\(([\\w/-]+)\\))?").
		FindAllStringSubmatch(read(t, "../../"+page), -1)
	if len(named) == 0 {
		t.Fatalf("%s names no test", page)
	}
	for _, n := range named {
		name, folder := n[1], n[2]
		if folder == "" {
			t.Errorf("%s does not say in which folder %s is", page, name)
			continue
		}
		if folder == "root" {
			folder = "."
		}
		if !found(t, folder, `(?m)^(func `+name+`)\(`, isTest)[`func `+name] {
			t.Errorf("%s names %s in %s, which is not there", page, name, folder)
		}
	}
}
