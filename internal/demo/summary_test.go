package demo

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestProblemsDecideWhetherARunFailed(t *testing.T) {
	tests := map[string]struct {
		change func(*Summary)
		want   string
	}{
		"all well":           {func(*Summary) {}, ""},
		"spent twice":        {func(s *Summary) { s.RefreshTokensSpentTwice = 1 }, "spent twice"},
		"login lost":         {func(s *Summary) { s.LoginsLost = 2 }, "2 logins were lost"},
		"failures":           {func(s *Summary) { s.Failures = 3 }, "3 requests ended in an error"},
		"process":            {func(s *Summary) { s.ProcessesFailed = 2 }, "2 processes failed"},
		"goroutines":         {func(s *Summary) { s.GoroutinesLeft = 1 }, "a goroutine was left"},
		"nothing answered":   {func(s *Summary) { s.Requests = 0 }, "no request was answered"},
		"interrupted early":  {func(s *Summary) { s.Requests, s.Interrupted = 0, true }, ""},
		"revoked, as usual":  {func(s *Summary) { s.LoginsRevoked = 1 }, ""},
		"cut by the user":    {func(s *Summary) { s.Cancelled = 32 }, ""},
		"hidden from caller": {func(s *Summary) { s.AttemptsByStatus = map[string]int{"429": 9}; s.Rotations = 9 }, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := Summary{Requests: 10}
			test.change(&s)
			got := strings.Join(s.Problems(), "\n")
			if test.want == "" && got != "" || !strings.Contains(got, test.want) {
				t.Errorf("problems %q, want %q", got, test.want)
			}
		})
	}
}

func TestEveryProblemIsTold(t *testing.T) {
	s := Summary{RefreshTokensSpentTwice: 1, LoginsLost: 1, Failures: 1, ProcessesFailed: 1, GoroutinesLeft: 1}
	if got := s.Problems(); len(got) != 6 {
		t.Errorf("problems %q, want six", got)
	}
}

// The names are an interface: scripts read them.
func TestNamesInTheJSON(t *testing.T) {
	data, err := json.Marshal(Summary{})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"seed", "duration_seconds", "interrupted", "workers", "accounts", "processes", "processes_failed", "failed_processes", "requests", "requests_per_second", "streams",
		"failures", "failures_by_kind", "cancelled", "latency_ms", "attempts", "attempts_by_status", "rotations",
		"refreshes", "refresh_tokens_spent_twice", "logins_revoked", "logins_lost", "lost_logins",
		"goroutines_left", "left_goroutines", "requests_by_provider", "by_account",
	} {
		if _, found := fields[name]; !found {
			t.Errorf("no field %q", name)
		}
		delete(fields, name)
	}
	for name := range fields {
		t.Errorf("field %q is not in the list", name)
	}
}

func TestOptionsHaveBounds(t *testing.T) {
	if err := DefaultOptions().Validate(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	for name, change := range map[string][]func(*Options){
		"accounts": {func(o *Options) { o.Accounts = 1 }, func(o *Options) { o.Accounts = 201 }},
		"workers": {
			func(o *Options) { o.Workers = 1 }, func(o *Options) { o.Workers = 1001 },
			func(o *Options) { o.Workers, o.Processes = 7, 8 },
		},
		"processes": {func(o *Options) { o.Processes = 0 }, func(o *Options) { o.Processes, o.Workers = 33, 33 }},
		"duration":  {func(o *Options) { o.Duration = 0 }, func(o *Options) { o.Duration = 2 * maxDuration }},
	} {
		for _, wrong := range change {
			o := DefaultOptions()
			wrong(&o)
			if err := o.Validate(); err == nil || !strings.HasPrefix(err.Error(), name+": ") {
				t.Errorf("%+v: error %v, want one that names %s", o, err, name)
			}
		}
	}
	if _, err := Start(t.Context(), Options{}, nil); err == nil {
		t.Error("a run without accounts started")
	}
}

func TestGoroutinesThatAreLeftAreFound(t *testing.T) {
	before := running()
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		<-end
	}()
	if left := before.left(0); len(left) != 1 || !strings.Contains(left[0], "TestGoroutinesThatAreLeft") {
		t.Errorf("left: %q", left)
	}
	close(end)
	<-ended
	if left := before.left(time.Minute); len(left) != 0 {
		t.Errorf("left after the end: %q", left)
	}
}

func TestServedRequestsAreSharedOutAmongTheBeatsSince(t *testing.T) {
	track := Track{Beats: make([]Beat, 4)}
	track.State = "ready"
	track.extend(0, 2, 7)
	track.State = "cooling"
	track.extend(2, 2, 1)
	got := []int{}
	for _, b := range track.Beats {
		got = append(got, b.Served)
	}
	if !slices.Equal(got, []int{2, 2, 4, 0}) {
		t.Errorf("served %v", got)
	}
	if track.Beats[1].State != "ready" || track.Beats[2].State != "cooling" || track.Beats[3].State != "" {
		t.Errorf("states %v", track.Beats)
	}
}
