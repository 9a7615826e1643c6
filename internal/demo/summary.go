package demo

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/seed-810f1486/multiaccount"
)

// Summary is what came of a run. Its JSON is for machines: the names in it
// stay what they are.
type Summary struct {
	Seed            uint64  `json:"seed"`
	DurationSeconds float64 `json:"duration_seconds"`
	// Interrupted is set for a run that was ended early.
	Interrupted bool `json:"interrupted"`
	Workers     int  `json:"workers"`
	Accounts    int  `json:"accounts"`
	// Processes is how many there were on one folder.
	Processes int `json:"processes"`
	// ProcessesFailed are those that ended in an error or were killed;
	// FailedProcesses says which and how.
	ProcessesFailed int      `json:"processes_failed"`
	FailedProcesses []string `json:"failed_processes"`

	// Requests are those that were answered or failed.
	Requests          int     `json:"requests"`
	RequestsPerSecond float64 `json:"requests_per_second"`
	// Streams are those of the requests that were answered with events.
	Streams int `json:"streams"`
	// Failures are the requests that ended in an error. The provider did
	// nothing that makes one necessary.
	Failures       int       `json:"failures"`
	FailuresByKind []Failure `json:"failures_by_kind"`
	// Cancelled are the requests that an interruption cut off.
	Cancelled int     `json:"cancelled"`
	Latency   Latency `json:"latency_ms"`

	// Attempts are the requests that reached the provider, AttemptsByStatus
	// how it answered, "none" where it did not. Callers saw none of those
	// other than 200, unless there are failures.
	Attempts         int            `json:"attempts"`
	AttemptsByStatus map[string]int `json:"attempts_by_status"`
	// Rotations is how often a request went on to another account.
	Rotations int `json:"rotations"`

	// Refreshes are the tokens that were renewed while requests were sent.
	Refreshes               int `json:"refreshes"`
	RefreshTokensSpentTwice int `json:"refresh_tokens_spent_twice"`
	// LoginsRevoked are those that the provider revoked.
	LoginsRevoked int `json:"logins_revoked"`
	// LoginsLost are those that do not work any more, although the provider
	// did not revoke them. LostLogins says which and why.
	LoginsLost int      `json:"logins_lost"`
	LostLogins []string `json:"lost_logins"`
	// GoroutinesLeft are still there after everything was closed, in all
	// processes together;
	// LeftGoroutines are their stacks.
	GoroutinesLeft int      `json:"goroutines_left"`
	LeftGoroutines []string `json:"left_goroutines"`

	ByProvider map[string]int   `json:"requests_by_provider"`
	ByAccount  []AccountSummary `json:"by_account"`
}

// Failure is one kind of error that callers got.
type Failure struct {
	// Kind is a short word: "all_limited", "timeout", "http_503".
	Kind  string `json:"kind"`
	Count int    `json:"count"`
	// Example is the text of the first.
	Example string `json:"example"`
}

// Latency is how long requests took, in milliseconds, all that the engine did
// for them included. The figures are within an eighth.
type Latency struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// AccountSummary is what one account did.
type AccountSummary struct {
	Provider string `json:"provider"`
	Account  string `json:"account"`
	Plan     string `json:"plan"`
	// State is the account's when the last request had been answered.
	State    multiaccount.State `json:"state"`
	Requests int                `json:"requests"`
	// Refreshes are its tokens that were renewed.
	Refreshes int `json:"refreshes"`
	// Limited are its answers that told of a limit.
	Limited int `json:"limited"`
}

// Problems returns what the engine did not keep its promise in, one line
// each; none when all is well.
func (s *Summary) Problems() []string {
	var found []string
	add := func(n int, one, many string) {
		switch {
		case n == 1:
			found = append(found, one)
		case n > 1:
			found = append(found, strconv.Itoa(n)+" "+many)
		}
	}
	add(s.RefreshTokensSpentTwice, "a refresh token was spent twice", "refresh tokens were spent twice")
	add(s.LoginsLost, "a login was lost", "logins were lost")
	add(s.Failures, "a request ended in an error that the engine should have prevented",
		"requests ended in an error that the engine should have prevented")
	add(s.ProcessesFailed, "a process failed", "processes failed")
	add(s.GoroutinesLeft, "a goroutine was left", "goroutines were left")
	if s.Requests == 0 && !s.Interrupted {
		found = append(found, "no request was answered")
	}
	return found
}

// addCounts takes in what the workers met with.
func (s *Summary) addCounts(c *counts) {
	s.Requests, s.Streams, s.Cancelled = c.Requests, c.Streams, c.Cancelled
	s.Attempts, s.AttemptsByStatus, s.Rotations = c.Attempts, c.Statuses, c.Rotations
	s.ByProvider = make(map[string]int, len(c.ByFlavour))
	for _, f := range flavours() {
		s.ByProvider[string(f)] = c.ByFlavour[f]
	}
	s.Latency = Latency{
		P50: millis(c.Latency.quantile(0.5)), P99: millis(c.Latency.quantile(0.99)), Max: millis(c.Latency.quantile(1)),
	}
	s.Failures, s.FailuresByKind = c.failed(), []Failure{}
	for _, kind := range slices.Sorted(maps.Keys(c.Failures)) {
		s.FailuresByKind = append(s.FailuresByKind, *c.Failures[kind])
	}
	slices.SortStableFunc(s.FailuresByKind, func(a, b Failure) int { return cmp.Compare(b.Count, a.Count) })
}

// millis is d in milliseconds, to a hundredth.
func millis(d time.Duration) float64 {
	return math.Round(d.Seconds()*100_000) / 100
}
