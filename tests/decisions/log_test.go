package decisions_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// onFolder is an engine on a folder that others may use as well.
func onFolder(t *testing.T, dir string) (*multiaccount.Engine, *multiaccount.Pool) {
	t.Helper()
	eng := rig.Open(t, multiaccount.Config{Dir: dir, Providers: []providers.Provider{rig.NewProvider()}})
	return eng, rig.Pool(t, eng, rig.Plain)
}

// What one engine decided, with what came of it, others on its folder can
// read, also when it has been closed.
func TestOthersReadDecisions(t *testing.T) {
	dir := t.TempDir()
	eng, pool := onFolder(t, dir)
	id := rig.Add(t, pool, rig.Login("a"))
	get(multiaccount.WithAffinity(t.Context(), key), t, &http.Client{Transport: pool.Transport(&rig.Wire{})})
	rig.Close(t, eng)

	_, reader := onFolder(t, dir)
	all, err := reader.Decisions(t.Context())
	rig.Must(t, err)
	if len(all) != 1 || all[0].Chosen != id || all[0].Process != os.Getpid() || all[0].Answer == nil || all[0].Answer.Status != http.StatusOK {
		t.Fatalf("another engine reads %+v", all)
	}
	if all[0].Considered[0].Why == "" {
		t.Errorf("it is not told why: %+v", all[0].Considered)
	}
	get(t.Context(), t, &http.Client{Transport: reader.Transport(&rig.Wire{})})
	if all, err = reader.Decisions(t.Context()); err != nil || len(all) != 2 || all[1].Seq != 1 {
		t.Errorf("its own decision comes last: %+v, %v", all, err)
	}
	lines := logsIn(t, dir)
	if len(lines) != 1 || strings.Contains(lines[0], key) || strings.Contains(lines[0], "access-a") {
		t.Errorf("the file holds %q", lines)
	}
}

// While an engine is open, others read what it decided within seconds, and the
// answer to a request once it is there.
func TestOthersReadDecisionsOfTheLiving(t *testing.T) {
	dir := t.TempDir()
	_, pool := onFolder(t, dir)
	_, reader := onFolder(t, dir)
	id := rig.Add(t, pool, rig.Login("a"))
	lease, err := pool.Acquire(t.Context(), multiaccount.Request{})
	rig.Must(t, err)
	awaitDecision(t, reader, func(d multiaccount.Decision) bool { return d.Chosen == id && d.Answer == nil })
	lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	awaitDecision(t, reader, func(d multiaccount.Decision) bool { return d.Answer != nil })
}

// awaitDecision reads until there is such a decision. Nobody is told when a
// file of decisions was written.
func awaitDecision(t *testing.T, pool *multiaccount.Pool, want func(multiaccount.Decision) bool) {
	t.Helper()
	rig.Until(t, "such a decision", func() bool {
		all, err := pool.Decisions(t.Context())
		rig.Must(t, err)
		return slices.ContainsFunc(all, want)
	})
}

// A file of decisions that is torn, or of a later version, costs what cannot
// be read of it; one that cannot be written costs no request.
func TestDecisionsThatCannotBeReadOrWritten(t *testing.T) {
	dir := t.TempDir()
	eng, pool := onFolder(t, dir)
	rig.Add(t, pool, rig.Login("a"))
	get(t.Context(), t, &http.Client{Transport: pool.Transport(&rig.Wire{})})
	rig.Close(t, eng)
	whole := logsIn(t, dir)[0]
	torn := filepath.Join(dir, rig.Plain, "decisions", "torn.jsonl")
	rig.Must(t, os.WriteFile(torn, []byte(whole+whole[:40]+"\n{\"state\": 12}\n"), 0o600))
	rig.Must(t, os.WriteFile(filepath.Join(filepath.Dir(torn), "note.txt"), []byte("no decision"), 0o600))

	eng, pool = onFolder(t, dir)
	all, err := pool.Decisions(context.Background())
	if err != nil || len(all) != 2 {
		t.Errorf("read %d decisions, %v", len(all), err)
	}
	rig.Must(t, os.RemoveAll(filepath.Dir(torn)))
	rig.Must(t, os.WriteFile(filepath.Dir(torn), nil, 0o600)) // a file where the folder should be
	get(t.Context(), t, &http.Client{Transport: pool.Transport(&rig.Wire{})})
	rig.Close(t, eng)
}

// logsIn returns what the files of decisions hold.
func logsIn(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, rig.Plain, "decisions", "*.jsonl"))
	rig.Must(t, err)
	var all []string
	for _, f := range files {
		data, err := os.ReadFile(f)
		rig.Must(t, err)
		all = append(all, string(data))
	}
	return all
}
