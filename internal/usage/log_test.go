package usage

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/internal/shown"
	"github.com/seed-810f1486/multiaccount/settings"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, path string) *Log {
	t.Helper()
	l, err := Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func report(t *testing.T, path string, by By, since time.Time) []Group {
	t.Helper()
	all, err := Report(t.Context(), path, by, since)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func closed(t *testing.T, l *Log) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// served is a record of one request.
func served(at time.Time, client, account, model string) Record {
	return Record{
		At: at, Client: client, Provider: "anthropic", Account: account, Model: model, Status: 200, Attempts: 1, Complete: true,
		Latency: 300 * time.Millisecond, FirstByte: 100 * time.Millisecond, Tokens: Tokens{Input: 10, Cached: 5, CacheWritten: 1, Output: 4, Reasoning: 2},
	}
}

func keys(all []Group) string {
	names := make([]string, 0, len(all))
	for i := range all {
		names = append(names, all[i].Key)
	}
	return strings.Join(names, " ")
}

// What was recorded is reported, by what was asked for and since then.
func TestReport(t *testing.T) {
	path, now := filepath.Join(t.TempDir(), FileName), time.Now()
	l := open(t, path)
	l.Add(served(now, "laptop", "a", "opus"))
	cut := served(now.Add(-time.Minute), "laptop", "b", "opus")
	cut.Complete, cut.Latency, cut.FirstByte = false, 100*time.Millisecond, 0
	l.Add(cut)
	l.Add(served(now.AddDate(0, 0, -2), "desk", "b", "haiku"))
	closed(t, l)
	twoDays := now.AddDate(0, 0, -2).Format(time.DateOnly)
	for by, want := range map[By]string{ByClient: "desk laptop", ByAccount: "a b", ByModel: "haiku opus"} {
		if got := keys(report(t, path, by, now.AddDate(0, 0, -7))); got != want {
			t.Errorf("by %s: %q, want %q", by, got, want)
		}
	}
	days := report(t, path, ByDay, now.AddDate(0, 0, -7))
	if days[0].Key != twoDays || days[len(days)-1].Key != now.Format(time.DateOnly) {
		t.Errorf("by day: %q", keys(days))
	}
	got := report(t, path, ByModel, now.AddDate(0, 0, -1))
	if len(got) != 1 {
		t.Fatalf("since yesterday: %+v", got)
	}
	g := got[0]
	if g.Requests != 2 || g.Failed != 1 || (g.Tokens != Tokens{20, 10, 2, 8, 4}) || g.Latency != 200*time.Millisecond || g.FirstByte != 100*time.Millisecond {
		t.Errorf("opus has %+v", g)
	}
}

// Records are kept for 90 days, and the file is its owner's alone.
func TestKept(t *testing.T) {
	path, now := filepath.Join(t.TempDir(), FileName), time.Now()
	l := open(t, path)
	l.Add(served(now.Add(-keep-time.Hour), "old", "a", "m"))
	closed(t, l)
	if got := keys(report(t, path, ByClient, time.Time{})); got != "old" {
		t.Fatalf("recorded %q", got)
	}
	l = open(t, path)
	l.Add(served(now.Add(-keep+time.Hour), "kept", "a", "m"))
	closed(t, l)
	if got := keys(report(t, path, ByClient, time.Time{})); got != "kept" {
		t.Errorf("90 days later there are %q", got)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the file: %v, %v", info.Mode(), err)
	}
}

// A full disk costs records, which is told once, and no more than that.
func TestFullDisk(t *testing.T) {
	path, now := filepath.Join(t.TempDir(), FileName), time.Now()
	var said bytes.Buffer
	logger := zerolog.New(&said)
	l := open(t, path)
	l.Add(served(now, "before", "a", "m"))
	closed(t, l)

	full := newLog(path, &logger)
	if err := full.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	room := func(pages string) {
		if _, err := full.db.ExecContext(t.Context(), "PRAGMA max_page_count = "+pages); err != nil {
			t.Fatal(err)
		}
	}
	room("4")
	large := make([]Record, 500)
	for i := range large {
		large[i] = served(now, "lost", "a", "m")
	}
	full.write(t.Context(), large)
	full.write(t.Context(), large)
	if n := strings.Count(said.String(), "usage is not recorded"); n != 1 {
		t.Errorf("told %d times: %s", n, said.String())
	}
	if full.Dropped() != 1000 || full.Recording() {
		t.Errorf("%d are counted as lost, recording: %v", full.Dropped(), full.Recording())
	}
	room("1000000")
	full.write(t.Context(), []Record{served(now, "after", "a", "m")})
	if !full.Recording() {
		t.Error("it does not know that there is room again")
	}
	if err := full.db.Close(); err != nil {
		t.Fatal(err)
	}
	if got := keys(report(t, path, ByClient, time.Time{})); got != "after before" {
		t.Errorf("recorded %q", got)
	}
}

// A file that is deleted, or replaced, is made or opened again: the next records are in
// the file that has the name.
func TestDeletedFile(t *testing.T) {
	path, now := filepath.Join(t.TempDir(), FileName), time.Now()
	l := newLog(path, nil)
	if err := l.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	write := func(client string) { l.write(t.Context(), []Record{served(now, client, "a", "m")}) }
	write("before")
	if err := os.Remove(path); err != nil {
		t.Skip("the system deletes no file that is open:", err)
	}
	write("after")
	if got := keys(report(t, path, ByClient, time.Time{})); got != "after" {
		t.Errorf("recorded %q", got)
	}
	if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
		t.Fatal(err)
	}
	write("lost")
	if l.Recording() || l.Dropped() != 1 {
		t.Errorf("recording: %v, lost: %d", l.Recording(), l.Dropped())
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	write("at last")
	if got := keys(report(t, path, ByClient, time.Time{})); got != "at last" || !l.Recording() {
		t.Errorf("recorded %q", got)
	}
	if err := l.db.Close(); err != nil {
		t.Fatal(err)
	}
}

// Nobody waits for the disk: what finds no room is lost.
func TestAddDoesNotWait(t *testing.T) {
	l := &Log{records: make(chan Record, 1)}
	for range 3 {
		l.Add(Record{})
	}
	if len(l.records) != 1 || l.Dropped() != 2 {
		t.Errorf("%d wait, %d are lost", len(l.records), l.Dropped())
	}
	if l.Dropped() != 2 {
		t.Errorf("%d are lost", l.Dropped())
	}
}

// A file that is none of ours is left alone, and the error says what to do.
func TestUnusableFiles(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "page")
	text := strings.Repeat("no database at all\n", 500)
	if err := os.WriteFile(page, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(dir, "newer")
	closed(t, open(t, newer))
	db, err := connect(newer, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "PRAGMA user_version = 9"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{page: "move it away", newer: "its version is 9", filepath.Join(dir, "none", "at all"): ""} {
		if l, err := Open(t.Context(), path, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v", path, l, err)
		}
	}
	if kept, err := os.ReadFile(page); err != nil || string(kept) != text {
		t.Errorf("the file has changed, %v", err)
	}
	if _, err := Report(t.Context(), page, ByDay, time.Time{}); err == nil || !strings.Contains(err.Error(), "move it away") {
		t.Errorf("the report: %v", err)
	}
	if _, err := Report(t.Context(), filepath.Join(dir, "none"), ByDay, time.Time{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the report of nothing: %v", err)
	}
}

// A folder may be called anything that a folder can be called.
func TestOddFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b?c#d%20é")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, FileName)
	l := open(t, path)
	l.Add(served(time.Now(), "laptop", "a", "m"))
	closed(t, l)
	if got := keys(report(t, path, ByClient, time.Time{})); got != "laptop" {
		t.Errorf("recorded %q", got)
	}
}

// A client's tokens of today are those of requests that began since midnight, also
// after a restart, and also where they could not be written.
func TestToday(t *testing.T) {
	path, now := filepath.Join(t.TempDir(), FileName), time.Now()
	l := open(t, path)
	l.Add(served(now, "laptop", "a", "opus"))
	l.Add(served(now.AddDate(0, 0, -1), "laptop", "a", "opus"))
	l.Add(served(now, "desk", "a", "opus"))
	if got := l.Today("laptop"); got != 14 {
		t.Errorf("%d tokens today, want 14", got)
	}
	closed(t, l)
	l = open(t, path)
	l.Add(served(now, "laptop", "a", "opus"))
	if got := l.Today("laptop"); got != 28 {
		t.Errorf("%d tokens today after a restart, want 28", got)
	}
	closed(t, l)
	used, err := Today(t.Context(), path)
	if err != nil || used["laptop"] != 28 || used["desk"] != 14 || used["nobody"] != 0 {
		t.Errorf("in the file: %v, %v", used, err)
	}
	if used, err := Today(t.Context(), path+"x"); err != nil || len(used) != 0 {
		t.Errorf("without a file: %v, %v", used, err)
	}
	l = Unwritten(t.Context())
	l.Add(served(now, "laptop", "a", "opus"))
	if got := l.Today("laptop"); got != 14 {
		t.Errorf("%d tokens without a file, want 14", got)
	}
	closed(t, l)
	if l.Dropped() != 1 {
		t.Errorf("%d records lost, want 1", l.Dropped())
	}
}

func TestTodayEndsAtMidnight(t *testing.T) {
	var d today
	evening := time.Date(2026, 11, 27, 23, 59, 0, 0, time.Local)
	r := served(evening, "laptop", "a", "opus")
	d.add(&r, evening)
	if got := d.of("laptop", evening); got != 14 {
		t.Errorf("%d before midnight", got)
	}
	morning := evening.Add(2 * time.Minute)
	d.add(&r, morning) // it began yesterday
	if got := d.of("laptop", morning); got != 0 {
		t.Errorf("%d after midnight", got)
	}
}

// A folder that cannot be written in is read all the same.
func TestReportOfAReadOnlyFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write anywhere")
	}
	dir := t.TempDir()
	l := open(t, filepath.Join(dir, FileName))
	l.Add(served(time.Now(), "laptop", "a", "opus"))
	closed(t, l)
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(dir, 0o700) }()
	if got := keys(report(t, filepath.Join(dir, FileName), ByClient, time.Now().Add(-time.Hour))); got != "laptop" {
		t.Errorf("reported %q", got)
	}
}

// Each kind of token has its price, and what has none is named.
func TestCost(t *testing.T) {
	path, now := filepath.Join(t.TempDir(), FileName), time.Now()
	l := open(t, path)
	for _, model := range []string{"opus", "opus", "haiku", "free"} {
		l.Add(served(now, "laptop", "a", model)) // 4 plain, 5 from the cache, 1 to it, 4 out
	}
	empty := served(now, "laptop", "a", "refused")
	empty.Tokens = Tokens{}
	l.Add(empty)
	closed(t, l)
	s := settings.Settings{Prices: map[string]settings.Price{
		"opus": {Input: 1e6, Output: 1e7, CacheRead: 1e5, CacheWrite: 2e6}, "free": {},
	}}
	group := report(t, path, ByClient, now.Add(-time.Hour))[0]
	cost, unpriced := shown.CostOf(group.Models, &s)
	if want := 2 * (4*1 + 5*0.1 + 1*2 + 4*10.0); math.Abs(cost-want) > 1e-9 || !slices.Equal(unpriced, []string{"haiku"}) {
		t.Errorf("%v, want %v; unpriced %q", cost, want, unpriced)
	}
}
