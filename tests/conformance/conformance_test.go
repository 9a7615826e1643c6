package conformance_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const page = "../../docs/conformance.md"

// update is set to write the page anew.
var update = flag.Bool("update", false, "write docs/conformance.md anew")

// What a rule comes to for one provider.
const (
	kept   = "kept"
	broken = "**broken**"
	none   = "–"
)

// results are what each rule came to, by the row's name and the column's.
type results struct {
	mu   sync.Mutex
	cell map[[2]string]string
}

func (r *results) put(row, column, result string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cell[[2]string{row, column}] = result
}

func outcome(t *testing.T) string {
	if t.Failed() {
		return broken
	}
	return kept
}

// TestConformance puts every rule to every provider, and compares the page
// with what came of it.
func TestConformance(t *testing.T) {
	all := &results{cell: map[[2]string]string{}}
	t.Run("rules", func(t *testing.T) {
		engineRules(t, all)
		providerRules(t, all)
	})
	rendered := all.page()
	if *update {
		if err := os.WriteFile(page, []byte(rendered), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	current, err := os.ReadFile(page)
	if err != nil || string(current) != rendered {
		t.Errorf("docs/conformance.md is not what the rules come to (%v): go test ./tests/conformance -update writes it anew", err)
	}
}

func engineRules(t *testing.T, all *results) {
	for _, r := range rules() {
		for _, s := range subjects() {
			if r.holds != nil && !r.holds(s) {
				all.put(r.name, s.name, none)
				continue
			}
			t.Run(fmt.Sprintf("%s/%s/%s", r.section, r.name, s.name), func(t *testing.T) {
				t.Parallel()
				t.Cleanup(func() { all.put(r.name, s.name, outcome(t)) })
				r.check(t, s)
			})
		}
	}
}

func providerRules(t *testing.T, all *results) {
	for name, suite := range suites() {
		for _, r := range suite.Rules() {
			t.Run(fmt.Sprintf("%s/%s/%s", r.Group, r.Name, name), func(t *testing.T) {
				t.Cleanup(func() { all.put(providerRow(r), name, outcome(t)) })
				r.Check(t, suite)
			})
		}
	}
}

func providerRow(r providertest.Rule) string { return r.Group + ": " + r.Name }

const preface = `# Conformance

What the engine does, rule by rule, with each kind of account; and what each provider keeps of the promises of
` + "`providers.Provider`" + `. Every cell is a test that asks the engine over HTTP, or the provider itself, against the fake
provider of ` + "`providers/providertest`" + `; "–" says that the rule has no meaning there. This page is written by

    go test ./tests/conformance -update

and the test fails while the page is not what the rules come to.
`

func (r *results) page() string {
	var b strings.Builder
	b.WriteString(preface)
	b.WriteString("\n## The engine\n")
	var columns []string
	for _, s := range subjects() {
		columns = append(columns, s.name)
	}
	section := ""
	for _, rule := range rules() {
		if rule.section != section {
			section = rule.section
			fmt.Fprintf(&b, "\n### %s\n\n", section)
			header(&b, columns)
		}
		r.row(&b, rule.name, columns)
	}
	b.WriteString("\n## The providers\n\n")
	columns = slices.Sorted(maps.Keys(suites()))
	header(&b, columns)
	for _, row := range providerRows() {
		r.row(&b, row, columns)
	}
	return b.String()
}

// providerRows are the rules of all providers, each once, in their order.
func providerRows() []string {
	var rows []string
	for _, name := range []string{"OpenAI", "API key"} { // the one has logins of every kind, the other has none
		for _, r := range suites()[name].Rules() {
			if row := providerRow(r); !slices.Contains(rows, row) {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

func header(b *strings.Builder, columns []string) {
	fmt.Fprintf(b, "| rule | %s |\n|---|%s\n", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
}

func (r *results) row(b *strings.Builder, row string, columns []string) {
	fmt.Fprintf(b, "| %s |", row)
	for _, column := range columns {
		result := r.cell[[2]string{row, column}]
		if result == "" {
			result = none
		}
		fmt.Fprintf(b, " %s |", result)
	}
	b.WriteByte('\n')
}
