package operations_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

var update = flag.Bool("update", false, "write the table of docs/metrics.md anew")

const (
	page      = "../../docs/metrics.md"
	dashboard = "../../docs/grafana.json"
)

// described is a metric as the registry describes it.
type described struct{ name, kind, help, labels string }

// describedMetrics are all of ours.
func describedMetrics(t *testing.T) []described {
	t.Helper()
	m, _ := lived(t)
	var all []described
	help := regexp.MustCompile(`^# HELP (multiaccount_\S+) (.*)$`)
	kind := regexp.MustCompile(`^# TYPE multiaccount_\S+ (\S+)$`)
	sample := regexp.MustCompile(`^multiaccount_\w+\{(.*)\}`)
	for line := range strings.Lines(scrape(t, m)) {
		line = strings.TrimSuffix(line, "\n")
		switch last := len(all) - 1; {
		case help.MatchString(line):
			found := help.FindStringSubmatch(line)
			all = append(all, described{name: found[1], help: found[2]})
		case kind.MatchString(line):
			all[last].kind = kind.FindStringSubmatch(line)[1]
		case sample.MatchString(line) && all[last].labels == "":
			all[last].labels = labelsIn(sample.FindStringSubmatch(line)[1])
		}
	}
	return all
}

func labelsIn(text string) string {
	var names []string
	for _, found := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(text, -1) {
		if found[1] != "le" {
			names = append(names, "`"+found[1]+"`")
		}
	}
	return strings.Join(names, ", ")
}

// docs/metrics.md has a row for each metric, and no other.
func TestMetricsPage(t *testing.T) {
	var b strings.Builder
	b.WriteString("| metric | kind | labels | what it counts |\n|---|---|---|---|\n")
	for _, d := range describedMetrics(t) {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", d.name, d.kind, d.labels, d.help)
	}
	text, err := os.ReadFile(page)
	rig.Must(t, err)
	table := regexp.MustCompile(`(?s)\| metric \|.*?\n\n`)
	if *update {
		rig.Must(t, os.WriteFile(page, table.ReplaceAllLiteral(text, []byte(b.String()+"\n")), 0o600))
		return
	}
	if !strings.Contains(string(text), b.String()) {
		t.Errorf("the table of docs/metrics.md is not what there is; run: go test ./tests/operations -run TestMetricsPage -update\n%s", b.String())
	}
}

// No label is one whose values requests bring.
func TestLabelsAreBounded(t *testing.T) {
	known := regexp.MustCompile("^(`(provider|code|class|kind|outcome|state|account|window|version|go_version)`(, )?)*$")
	for _, d := range describedMetrics(t) {
		if !known.MatchString(d.labels) {
			t.Errorf("%s has the labels %s; see that their values are bounded", d.name, d.labels)
		}
	}
}

// The dashboard asks for metrics that there are, and it is one that Grafana takes.
func TestDashboardAsksForWhatThereIs(t *testing.T) {
	var names []string
	for _, d := range describedMetrics(t) {
		names = append(names, d.name)
		if d.kind == "histogram" {
			names = append(names, d.name+"_bucket", d.name+"_sum", d.name+"_count")
		}
	}
	text, err := os.ReadFile(dashboard)
	rig.Must(t, err)
	asked := regexp.MustCompile(`multiaccount_\w+`).FindAllString(string(text), -1)
	for _, name := range asked {
		if !slices.Contains(names, name) {
			t.Errorf("the dashboard asks for %s, which is not there", name)
		}
	}
	var board struct {
		Title, UID    string
		SchemaVersion int
		Panels        []struct {
			Title, Type string
			GridPos     struct{ H, W, X, Y int }
			Targets     []struct{ Expr string }
		}
	}
	rig.Must(t, json.Unmarshal(text, &board))
	for _, p := range board.Panels {
		if p.Title == "" || p.GridPos.W == 0 || p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("a panel is incomplete: %+v", p)
		}
	}
	if board.UID == "" || board.SchemaVersion == 0 || len(asked) < 10 {
		t.Errorf("the dashboard has %d queries, and is %+v", len(asked), board)
	}
}
