package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// A demo in several processes starts this program again.
	if slices.Equal(os.Args[1:], []string{"demo", "join"}) {
		main()
	}
	testscript.Main(tests{m}, map[string]func(){"multiaccount": main, "xdg-open": browse})
}

// tests fail when they leave a goroutine behind.
type tests struct{ *testing.M }

func (t tests) Run() int {
	status := t.M.Run()
	// What waits for signals is never ended by package os/signal.
	if err := goleak.Find(goleak.IgnoreAnyFunction("os/signal.loop")); err != nil && status == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}

// command runs a command without a terminal.
func command(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(args, streams{out: &out, err: &errs})
	return status, out.String(), errs.String()
}

func TestDemoPrintsJSON(t *testing.T) {
	status, stdout, stderr := command(t, "demo", "--json", "--duration", "1s", "--accounts", "4", "--workers", "4", "--seed", "3")
	var summary struct {
		Seed, Accounts, Workers, Requests, Failures, Refreshes *int
		SpentTwice                                             *int `json:"refresh_tokens_spent_twice"`
		LoginsLost                                             *int `json:"logins_lost"`
	}
	if err := json.Unmarshal([]byte(stdout), &summary); err != nil {
		t.Fatalf("stdout is not JSON alone: %v\n%s", err, stdout)
	}
	if status != 0 || stderr != "" {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
	for name, c := range map[string]struct {
		got  *int
		want int
	}{
		"seed": {summary.Seed, 3}, "accounts": {summary.Accounts, 4}, "workers": {summary.Workers, 4},
		"failures": {summary.Failures, 0}, "refresh_tokens_spent_twice": {summary.SpentTwice, 0}, "logins_lost": {summary.LoginsLost, 0},
	} {
		if c.got == nil || *c.got != c.want {
			t.Errorf("%s is not %d in %s", name, c.want, stdout)
		}
	}
	if summary.Requests == nil || *summary.Requests == 0 || summary.Refreshes == nil {
		t.Errorf("no requests or no refreshes in %s", stdout)
	}
}

func TestDemoInSeveralProcesses(t *testing.T) {
	status, stdout, stderr := command(t, "demo", "--processes", "2", "--duration", "1s", "--accounts", "4", "--workers", "4")
	if status != 0 || stderr != "" {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
	if !strings.Contains(stdout, "2 on one folder, 0 failed") || !strings.Contains(stdout, "All is well") {
		t.Errorf("the report does not tell of the processes:\n%s", stdout)
	}
}

func TestProcessThatGetsNoPartComplains(t *testing.T) {
	nothing, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = nothing.Close() }() // nothing was written
	var out, errs bytes.Buffer
	if status := run([]string{"demo", "join"}, streams{in: nothing, out: &out, err: &errs}); status != 1 || out.Len() != 0 {
		t.Errorf("status %d, stdout %q", status, out.String())
	}
	if !strings.Contains(errs.String(), "reading the part in a run") {
		t.Errorf("stderr %q", errs.String())
	}
}

func TestDemoPrintsAReport(t *testing.T) {
	status, stdout, stderr := command(t, "demo", "--duration", "1s", "--accounts", "2", "--workers", "2")
	if status != 0 || stderr != "" || strings.Contains(stdout, "\x1b") {
		t.Errorf("status %d, stderr %q, stdout %q", status, stderr, stdout)
	}
	for _, want := range []string{"Anthropic", "OpenAI", "ada@example.com", "0 spent twice", "All is well"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in the report:\n%s", want, stdout)
		}
	}
}

func TestMistakesAreTold(t *testing.T) {
	for want, args := range map[string][]string{
		"accounts: 1 is not allowed":   {"demo", "--accounts", "1"},
		"processes: 0 is not allowed":  {"demo", "--processes", "0"},
		"workers: 3 are too few for 4": {"demo", "--processes", "4", "--workers", "3"},
		"unknown flag: --sed":          {"demo", "--sed", "1"},
		`invalid argument "soon"`:      {"demo", "--duration", "soon"},
		`unknown command "again"`:      {"demo", "again"},
		`unknown command "demonstrate`: {"demonstrate"},
	} {
		status, stdout, stderr := command(t, args...)
		mistaken := strings.HasPrefix(want, "unknown") || strings.HasPrefix(want, "invalid")
		if mistaken != (status == exitUsage) || status == exitDone || stdout != "" || !strings.HasPrefix(stderr, "multiaccount: ") || !strings.Contains(stderr, want) {
			t.Errorf("%q: status %d, stdout %q, stderr %q; want %q", args, status, stdout, stderr, want)
		}
	}
}

func TestVersion(t *testing.T) {
	if status, stdout, stderr := command(t, "version"); status != 0 || len(strings.Fields(stdout)) != 1 || stderr != "" {
		t.Errorf("status %d, stdout %q, stderr %q", status, stdout, stderr)
	}
}
