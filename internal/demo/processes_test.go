package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func inProcesses(n int) Options {
	o := brief()
	o.Processes = n
	return o
}

func TestRunInSeveralProcesses(t *testing.T) {
	r := start(t.Context(), t, inProcesses(3))
	s := finish(t, r)
	if s.Processes != 3 || s.Refreshes == 0 || s.LoginsRevoked != 1 {
		t.Errorf("%d processes, %d refreshes, %d logins revoked", s.Processes, s.Refreshes, s.LoginsRevoked)
	}
	books := append(books{r.book}, r.monitor.books[1:]...)
	for i, book := range books {
		if c := book.copied(); c.ByFlavour[providertest.Anthropic] == 0 || c.ByFlavour[providertest.OpenAI] == 0 {
			t.Errorf("process %d sent %v", i+1, c.ByFlavour)
		}
	}
	if len(books) != 3 {
		t.Errorf("%d processes have counted", len(books))
	}
	checkPicture(t, r.Snapshot(), &s)
}

func TestInterruptionEndsAllProcesses(t *testing.T) {
	o := inProcesses(2)
	o.Duration = time.Hour
	r := start(t.Context(), t, o)
	if err := r.stage.srv.WaitCalls(t.Context(), 50); err != nil {
		t.Fatal(err)
	}
	r.Stop()
	if s := finish(t, r); !s.Interrupted || s.Requests == 0 {
		t.Errorf("interrupted %v, %d requests", s.Interrupted, s.Requests)
	}
}

func TestProcessThatDiesIsAFailure(t *testing.T) {
	o := inProcesses(3)
	o.Duration = time.Hour
	r := start(t.Context(), t, o)
	if err := r.stage.srv.WaitCalls(t.Context(), 50); err != nil {
		t.Fatal(err)
	}
	if err := r.others.peers[1].cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	r.Stop()
	s, err := r.Wait()
	if err != nil {
		t.Error(err)
	}
	if s.ProcessesFailed != 1 || len(s.FailedProcesses) != 1 || !strings.HasPrefix(s.FailedProcesses[0], "process 3: ") {
		t.Errorf("%d processes failed: %q", s.ProcessesFailed, s.FailedProcesses)
	}
	if problems := s.Problems(); !slices.Equal(problems, []string{"a process failed"}) {
		t.Errorf("problems %q; failures %+v, lost %q", problems, s.FailuresByKind, s.LostLogins)
	}
}

func TestRunThatCannotHaveItsProcessesDoesNotBegin(t *testing.T) {
	for want, program := range map[string]string{
		"starting process 2:":         "/there/is/no/such/program",
		"process 2 did not get ready": "true", // ends at once, and well
	} {
		spawn := func(ctx context.Context) *exec.Cmd { return exec.CommandContext(ctx, program) }
		r, err := Start(t.Context(), inProcesses(2), spawn)
		if r != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: run %v, error %v, want %q", program, r, err, want)
		}
	}
}

// What a process is told, and tells, in the process of the test.
func TestJoin(t *testing.T) {
	s, dir := rehearse(t, brief())
	in, orders := io.Pipe()
	o := inProcesses(2)
	o.Duration = 300 * time.Millisecond
	go func() {
		encoder := json.NewEncoder(orders)
		_ = encoder.Encode(part{Dir: dir, Addresses: s.addresses(), Options: o, Process: 1}) // Join tells of it
		_ = encoder.Encode("begin")
	}()
	var out bytes.Buffer
	if err := Join(t.Context(), in, &out); err != nil {
		t.Error(err)
	}
	_ = orders.Close() // a pipe in memory closes
	var last report
	for reports := json.NewDecoder(&out); reports.More(); {
		if err := reports.Decode(&last); err != nil {
			t.Fatal(err)
		}
	}
	if last.Counts.Requests == 0 || last.Counts.failed() != 0 || len(last.Left) != 0 {
		t.Errorf("the last report: %+v", last)
	}
}

func TestProcessesShareOutTheWorkers(t *testing.T) {
	for _, o := range []Options{{Workers: 32, Processes: 4}, {Workers: 7, Processes: 3}, {Workers: 5, Processes: 5}} {
		next := 0
		for process := range o.Processes {
			from, until := o.workersOf(process)
			if from != next || until <= from {
				t.Errorf("%+v: process %d has the workers %d to %d", o, process, from, until)
			}
			next = until
		}
		if next != o.Workers {
			t.Errorf("%+v: %d workers in all", o, next)
		}
	}
}

func TestBooksAddUp(t *testing.T) {
	one, other := newLedger(), newLedger()
	failed := visit{question: question{flavour: providertest.OpenAI}, trace: served("a"), err: errUnfinished}
	one.add(failed)
	one.add(visit{question: question{flavour: providertest.Anthropic, stream: true}, trace: served("b"), took: time.Second})
	other.add(failed)
	other.add(visit{err: context.Canceled, trace: served("a")})
	all := books{one, other}
	for range 2 { // to look does not change anything
		c := all.copied()
		if c.Requests != 3 || c.Streams != 1 || c.Cancelled != 1 || c.failed() != 2 || c.Attempts != 3 {
			t.Errorf("together %+v", c)
		}
		if c.Statuses["200"] != 3 || c.Served["b"] != 1 || c.ByFlavour[providertest.OpenAI] != 2 || c.Latency.quantile(1) < 800*time.Millisecond {
			t.Errorf("together %+v", c)
		}
	}
}
