package demo

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
)

// brief is a run that a test can wait for.
func brief() Options {
	return Options{Accounts: 6, Workers: 8, Processes: 1, Duration: 2 * time.Second, Seed: 7}
}

func start(ctx context.Context, t *testing.T, o Options) *Run {
	t.Helper()
	r, err := Start(ctx, o, spawn)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// finish waits for a run and checks what holds for every run.
func finish(t *testing.T, r *Run) Summary {
	t.Helper()
	s, err := r.Wait()
	if err != nil {
		t.Error(err)
	}
	for _, problem := range s.Problems() {
		t.Errorf("%s; failures %+v, lost %q, left %q", problem, s.FailuresByKind, s.LostLogins, s.LeftGoroutines)
	}
	if _, err := os.Stat(r.dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
	served := 0
	for _, a := range s.ByAccount {
		served += a.Requests
	}
	if served != s.Requests-s.Failures || s.AttemptsByStatus["200"] < served || s.Attempts < s.Requests {
		t.Errorf("%d requests, %d failures, %d served by the accounts, attempts %v", s.Requests, s.Failures, served, s.AttemptsByStatus)
	}
	return s
}

func TestRun(t *testing.T) {
	r := start(t.Context(), t, brief())
	s := finish(t, r)
	if s.Interrupted || s.Accounts != 6 || s.Workers != 8 || s.Seed != 7 || len(s.ByAccount) != 6 || s.DurationSeconds < 2 {
		t.Errorf("summary %+v", s)
	}
	if s.Streams == 0 || s.Streams == s.Requests || s.ByProvider["anthropic"] == 0 || s.ByProvider["openai"] == 0 {
		t.Errorf("%d of %d requests were streams, by provider %v", s.Streams, s.Requests, s.ByProvider)
	}
	if s.LoginsRevoked != 1 || s.Refreshes == 0 {
		t.Errorf("%d logins revoked, %d refreshes", s.LoginsRevoked, s.Refreshes)
	}
	// How much of a short spell a run meets depends on how busy the machine is.
	trouble := s.AttemptsByStatus
	if trouble["401"] == 0 || trouble["429"] == 0 || trouble["503"]+trouble["529"] == 0 {
		t.Errorf("a run without all kinds of trouble: %v", trouble)
	}
	checkPicture(t, r.Snapshot(), &s)
}

func checkPicture(t *testing.T, last Snapshot, s *Summary) {
	t.Helper()
	if last.Phase != Ended || last.Requests != s.Requests || len(last.News) == 0 {
		t.Errorf("phase %d, %d requests, %d pieces of news", last.Phase, last.Requests, len(last.News))
	}
	for _, track := range last.Accounts {
		served := 0
		for _, beat := range track.Beats {
			served += beat.Served
		}
		if served != track.Requests {
			t.Errorf("%s served %d requests, its picture shows %d", track.Account, track.Requests, served)
		}
	}
}

func TestInterruptedRun(t *testing.T) {
	for name, interrupt := range map[string]func(r *Run, cancel context.CancelFunc){
		"by the context": func(_ *Run, cancel context.CancelFunc) { cancel() },
		"by Stop":        func(r *Run, _ context.CancelFunc) { r.Stop() },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			o := brief()
			o.Duration = time.Hour
			r := start(ctx, t, o)
			if err := r.stage.srv.WaitCalls(ctx, 50); err != nil {
				t.Fatal(err)
			}
			interrupt(r, cancel)
			if s := finish(t, r); !s.Interrupted || s.Requests == 0 {
				t.Errorf("interrupted %v, %d requests", s.Interrupted, s.Requests)
			}
		})
	}
}

// rehearse has every account of a stage in a store, as after a run.
func rehearse(t *testing.T, o Options) (s *stage, dir string) {
	t.Helper()
	s, err := newStage(o, func(News) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.srv.Close)
	dir = t.TempDir()
	h, err := openHost(t.Context(), dir, s.addresses())
	if err != nil {
		t.Fatal(err)
	}
	for _, acct := range s.accounts {
		if err := h.add(t.Context(), acct); err != nil {
			t.Error(err)
		}
	}
	if err := h.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func TestInspectionFindsEveryLogin(t *testing.T) {
	s, dir := rehearse(t, brief())
	lost, err := s.inspect(t.Context(), dir)
	if err != nil || len(lost) != 0 {
		t.Errorf("lost %q, error %v", lost, err)
	}
	if got := s.srv.Stats().Refreshes; got != len(s.accounts) {
		t.Errorf("%d tokens were refreshed, want one for each of %d accounts", got, len(s.accounts))
	}
}

func TestInspectionFindsWhatIsLost(t *testing.T) {
	s, dir := rehearse(t, brief())
	s.accounts[0].Revoke()
	s.accounts[1].Revoke()
	s.revoked.Store(s.accounts[1]) // as planned
	missing := s.srv.AddAccount(cast(Options{Accounts: 7, Workers: 2})[6])
	s.accounts = append(s.accounts, missing)

	lost, err := s.inspect(t.Context(), dir)
	if err != nil || len(lost) != 2 {
		t.Fatalf("lost %q, error %v; want two", lost, err)
	}
	if !strings.HasPrefix(lost[0], s.accounts[0].Name()) || !strings.Contains(lost[1], "not there any more") {
		t.Errorf("lost %q", lost)
	}
}

func TestClosedEngineIsAFailure(t *testing.T) {
	s, dir := rehearse(t, brief())
	h, err := openHost(t.Context(), dir, s.addresses())
	if err != nil {
		t.Fatal(err)
	}
	if err := h.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, f := range flavours() {
		for _, stream := range []bool{false, true} {
			if _, err := h.request(t.Context(), question{flavour: f, stream: stream}); !errors.Is(err, multiaccount.ErrClosed) {
				t.Errorf("%s, streamed %v: error %v, want ErrClosed", f, stream, err)
			}
		}
	}
}
