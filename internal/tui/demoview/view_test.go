package demoview_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/demo"
	"github.com/seed-810f1486/multiaccount/internal/tui/demoview"
	"github.com/seed-810f1486/multiaccount/tui"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

// golden compares a screen, without its colours, with a file in testdata.
func golden(t *testing.T, name, screen string) {
	t.Helper()
	var plain bytes.Buffer
	if err := tui.Print(&plain, screen); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, plain.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := plain.String(); got != strings.ReplaceAll(string(want), "\r\n", "\n") {
		t.Errorf("the screen differs from %s; if it should, run go test -update\n%s", path, got)
	}
}

// story is what an account did, a letter for each beat: a digit served that
// many requests while ready, the others name a state.
func story(provider, email, beats string) demo.Track {
	t := demo.Track{AccountSummary: demo.AccountSummary{Provider: provider, Account: email, Plan: "max"}}
	for _, r := range beats {
		beat := demo.Beat{State: multiaccount.StateReady}
		switch r {
		case 'c':
			beat.State = multiaccount.StateCooling
		case 'x':
			beat.State = multiaccount.StateReauth
		case '_':
			beat.State = ""
		default:
			beat.Served = int(r - '0')
		}
		if beat.State != "" {
			t.State = beat.State
		}
		t.Requests += beat.Served
		t.Beats = append(t.Beats, beat)
	}
	return t
}

func snapshot() demo.Snapshot {
	s := demo.Snapshot{
		Options: demo.Options{Accounts: 4, Workers: 32, Duration: 15 * time.Second, Seed: 1},
		Elapsed: 9 * time.Second, Requests: 12_966, Streams: 6_400, Rotations: 19, Refreshes: 1, Limited: 2, PerSecond: 864.4,
		Accounts: []demo.Track{
			story("anthropic", "ada@example.com", "369999ccc000368________________"),
			story("anthropic", "alan@example.com", "00000039999cc00________________"),
			story("openai", "grace@example.com", "00000000012486c________________"),
			story("openai", "somebody.with.a.long.name@example.com", "99999xxxxxxxxxx________________"),
		},
		News: []demo.News{
			{At: 1900 * time.Millisecond, Tone: demo.Note, Text: "ada@example.com: limited for 2 s (5h)"},
			{At: 4 * time.Second, Tone: demo.Trouble, Text: "the tokens of all accounts end at once"},
			{At: 8 * time.Second, Tone: demo.Relief, Text: "Anthropic answers again, and this line is far too long for a screen that is as narrow as some are"},
		},
	}
	s.Accounts[0].Refreshes, s.Accounts[0].Limited = 1, 2
	return s
}

func TestLiveScreen(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		golden(t, fmt.Sprintf("live-%d", width), demoview.Live(snapshot(), width, 30))
	}
}

func TestLiveScreenInALowWindow(t *testing.T) {
	s := snapshot()
	for i := range 40 {
		s.Accounts = append(s.Accounts, story("openai", fmt.Sprintf("user%d@example.com", i), "0000000"))
	}
	golden(t, "live-low", demoview.Live(s, 80, 16))
}

func TestLiveScreenFitsAnyWindow(t *testing.T) {
	s := snapshot()
	s.Failures = 3
	for width := 0; width < 150; width += 7 {
		for height := 0; height < 40; height += 3 {
			lines := strings.Split(demoview.Live(s, width, height), "\n")
			if most := max(height, 15); len(lines) > most {
				t.Fatalf("%d×%d: %d lines", width, height, len(lines))
			}
			for _, line := range lines {
				if got := lipgloss.Width(line); got > max(width, 41) {
					t.Fatalf("%d×%d: a line of %d columns: %q", width, height, got, line)
				}
			}
		}
	}
}

func TestLiveScreenTellsThePhase(t *testing.T) {
	for phase, want := range map[demo.Phase]string{
		demo.Serving: "9 s of 15 s", demo.Closing: "closing the engine", demo.Checking: "trying every login", demo.Ended: "done",
	} {
		s := snapshot()
		s.Phase = phase
		if first, _, _ := strings.Cut(demoview.Live(s, 80, 30), "\n"); !strings.Contains(first, want) {
			t.Errorf("phase %d: %q, want %q in it", phase, first, want)
		}
	}
}

func summary() demo.Summary {
	s := demo.Summary{
		Seed: 1, DurationSeconds: 15.23, Workers: 32, Accounts: 4, Requests: 12_966, RequestsPerSecond: 864, Streams: 6_418,
		FailuresByKind: []demo.Failure{}, Latency: demo.Latency{P50: 0.46, P99: 10.75, Max: 3014.66},
		Attempts: 13_058, AttemptsByStatus: map[string]int{"200": 12_966, "401": 9, "429": 18, "503": 32, "529": 31, "none": 2},
		Rotations: 19, Refreshes: 23, LoginsRevoked: 1,
	}
	for _, track := range snapshot().Accounts {
		s.ByAccount = append(s.ByAccount, track.AccountSummary)
	}
	return s
}

func TestReport(t *testing.T) {
	s := summary()
	golden(t, "report-60", demoview.Report(&s, 60))
	golden(t, "report-80", demoview.Report(&s, 80))
}

func TestReportOfAnInterruptedRun(t *testing.T) {
	s := summary()
	s.Interrupted, s.Cancelled, s.AttemptsByStatus = true, 1, map[string]int{"200": 3}
	got := demoview.Report(&s, 80)
	for _, want := range []string{"Ended early; 1 request was cut off.", "All is well", "nothing"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in the report:\n%s", want, got)
		}
	}
}

func TestReportOfAnInterruptedRunThatCutNothingOff(t *testing.T) {
	s := summary()
	s.Interrupted = true
	if got := demoview.Report(&s, 80); !strings.Contains(got, "Ended early.") || strings.Contains(got, "cut off") {
		t.Errorf("the report does not say that the run ended early, and no more:\n%s", got)
	}
}

func TestReportOfAFailedRun(t *testing.T) {
	s := summary()
	s.Failures, s.FailuresByKind = 3, []demo.Failure{{Kind: "http_401", Count: 3, Example: "openai: 401 Unauthorized; attempts: ada 401, ada 401"}}
	s.LoginsLost, s.LostLogins = 1, []string{"ada@example.com: the account is reauth: refused"}
	s.RefreshTokensSpentTwice = 1
	s.GoroutinesLeft, s.LeftGoroutines = 1, []string{"goroutine 7 [select]:\nmain.leak()"}
	golden(t, "report-failed", demoview.Report(&s, 80))
}

func TestSeveralProcessesAreTold(t *testing.T) {
	s := summary()
	s.Processes, s.ProcessesFailed, s.FailedProcesses = 4, 1, []string{"process 3: signal: killed"}
	report := demoview.Report(&s, 80)
	for _, want := range []string{"4 on one folder, 1 failed", "Failed: a process failed.", "process 3: signal: killed"} {
		if !strings.Contains(report, want) {
			t.Errorf("no %q in the report:\n%s", want, report)
		}
	}
	screen := snapshot()
	screen.Processes = 4
	if first, _, _ := strings.Cut(demoview.Live(screen, 100, 30), "\n"); !strings.Contains(first, "4 processes, seed 1") {
		t.Errorf("the screen does not tell of the processes: %q", first)
	}
}
