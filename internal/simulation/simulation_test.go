package simulation

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/policy"
)

var update = flag.Bool("update", false, "write docs/strategies.md's table and its chart anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	document = "../../docs/strategies.md"
	picture  = "../../docs/strategies.svg"
	begins   = "<!-- generated: simulation -->\n"
	ends     = "<!-- end -->"
)

// TestStrategies holds the strategies to what they promise, with every load and
// seed, and the documentation to what came of it.
func TestStrategies(t *testing.T) {
	reports, err := simulate(func(strategy string, r Result) {
		if r.Done > r.Best {
			t.Errorf("%s served %d, more than the upper bound of %d", strategy, r.Done, r.Best)
		}
		if strategy == policy.DrainFirst && r.reached() < 95 {
			t.Errorf("drain-first served %.2f %% of the best possible", r.reached())
		}
		if strategy == policy.Sticky && (r.Needless != 0 || r.Switches == 0) {
			t.Errorf("of %d switches with sticky, %d were not the first for a limit", r.Switches, r.Needless)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	said := read(t, document)
	before, rest, found := strings.Cut(said, begins)
	_, after, closed := strings.Cut(rest, ends)
	if !found || !closed {
		t.Fatalf("%s has no place for the table", document)
	}
	current(t, document, said, before+begins+table(reports)+ends+after)
	current(t, picture, read(t, picture), chart(reports))
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	return string(text)
}

// current compares a file with what it is to be, or writes it.
func current(t *testing.T, path, is, want string) {
	t.Helper()
	switch {
	case is == want:
	case *update:
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is not current; run: go test ./internal/simulation -update", path)
	}
}

func TestAlone(t *testing.T) {
	at := func(hours float64, cost int64) request {
		return request{at: time.Duration(hours * float64(time.Hour)), cost: cost}
	}
	tests := []struct {
		name     string
		requests []request
		want     int64
	}{
		{"nothing", nil, 0},
		{"below the limit", []request{at(1, 4), at(2, 5)}, 9},
		{"one window", []request{at(1, 8), at(2, 8)}, 10},
		{"the next begins when the first has ended", []request{at(1, 8), at(6, 8)}, 16},
		{"not before", []request{at(1, 8), at(5.99, 8)}, 10},
		{"it pays to begin late", []request{at(1, 1), at(5, 10), at(6.5, 10), at(10, 10)}, 20},
		{"it pays to begin early", []request{at(1, 1), at(5, 10), at(6.5, 10)}, 20},
	}
	for _, tt := range tests {
		if got := alone(tt.requests, 10); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestFlow(t *testing.T) {
	g := newGraph(6) // the cut {0, 1, 2, 4} is the narrowest: 12 + 7 + 4
	for _, e := range [][3]int{{0, 1, 16}, {0, 2, 13}, {2, 1, 4}, {1, 3, 12}, {3, 2, 9}, {2, 4, 14}, {4, 3, 7}, {3, 5, 20}, {4, 5, 4}} {
		g.connect(e[0], e[1], int64(e[2]))
	}
	if got := g.flow(0, 5); got != 23 {
		t.Errorf("flow %d, want 23", got)
	}
}

// TestWindows checks that a window begins with the first use after the last.
func TestWindows(t *testing.T) {
	a := newAccounts()[0]
	if !a.serve(time.Hour, quota) || a.short.ends != 6*time.Hour {
		t.Fatalf("the window ends after %v", a.short.ends)
	}
	if a.serve(6*time.Hour-1, 1) || a.coolUntil != 6*time.Hour {
		t.Errorf("a full window served, or cools until %v", a.coolUntil)
	}
	if !a.serve(9*time.Hour, 1) || a.short.ends != 14*time.Hour {
		t.Errorf("the second window ends after %v", a.short.ends)
	}
}
