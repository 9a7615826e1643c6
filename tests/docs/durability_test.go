package docs_test

import (
	"regexp"
	"testing"
)

// Every test that docs/durability.md names stands where it says.
func TestDurabilityNamesRealTests(t *testing.T) {
	named := regexp.MustCompile("`((?:Test|Benchmark)\\w+)`(?: \\(([\\w/]+)\\))?").
		FindAllStringSubmatch(read(t, "../../docs/durability.md"), -1)
	if len(named) == 0 {
		t.Fatal("docs/durability.md names no test")
	}
	for _, n := range named {
		name, folder := n[1], n[2]
		if folder == "" {
			t.Errorf("docs/durability.md does not say in which folder %s is", name)
			continue
		}
		if folder == "root" {
			folder = "."
		}
		if !found(t, folder, `(?m)^(func `+name+`)\(`, isTest)[`func `+name] {
			t.Errorf("docs/durability.md names %s in %s, which is not there", name, folder)
		}
	}
}
