package setup_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed-810f1486/multiaccount/internal/agents"
	"github.com/seed-810f1486/multiaccount/internal/confedit"
	"github.com/seed-810f1486/multiaccount/internal/setup"
)

// desk is a state directory and a file of an agent's.
type desk struct{ dir, file string }

// fataler is a test of either kind.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func must(t fataler, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}

func newDesk(t fataler, folder string) desk {
	t.Helper()
	root, err := os.MkdirTemp(folder, "desk")
	must(t, err)
	return desk{filepath.Join(root, "state"), filepath.Join(root, "home", "settings")}
}

// write makes text the file's; nil removes it.
func (d desk) write(t fataler, text []byte) {
	t.Helper()
	if text == nil {
		_ = os.Remove(d.file) // it may be gone
		return
	}
	must(t, os.MkdirAll(filepath.Dir(d.file), 0o700))
	must(t, os.WriteFile(d.file, text, 0o640))
}

// read returns nil when there is no file.
func (d desk) read(t fataler) []byte {
	t.Helper()
	text, err := os.ReadFile(d.file)
	if os.IsNotExist(err) {
		return nil
	}
	must(t, err)
	return text
}

func (d desk) target(format confedit.Format, token string) []agents.Target {
	t := agents.Target{Path: d.file, Format: format}
	for _, key := range []string{"env/URL", "env/TOKEN", "small", "env/B"} {
		path := confedit.Key(strings.Split(key, "/"))
		if format == confedit.Variables {
			path = path[len(path)-1:]
		}
		c := agents.Change{Key: path, Value: token, IfMissing: key == "small"}
		if key == "env/B" {
			c.Value = nil // it is to go
		}
		t.Changes = append(t.Changes, c)
	}
	return []agents.Target{t}
}

// setUp reports whether something was changed.
func (d desk) setUp(t fataler, format confedit.Format, token string) (changed bool, err error) {
	t.Helper()
	plan, err := setup.ForSetup(d.dir, setup.Record{Agent: "x", Client: "setup-x"}, d.target(format, token))
	if err != nil {
		return false, err
	}
	must(t, plan.Apply())
	return plan.Changes(), nil
}

func (d desk) undo(t fataler) (kept []string) {
	t.Helper()
	record, err := setup.Load(d.dir, "x")
	must(t, err)
	plan, err := setup.ForUndo(d.dir, record)
	must(t, err)
	must(t, plan.Apply())
	if record, err = setup.Load(d.dir, "x"); record != nil || err != nil {
		t.Fatalf("there is still a record, %v", err)
	}
	return plan.Kept
}

// begins are files as users have them.
var begins = map[confedit.Format][]string{
	confedit.JSON:      {"", "{}", "{\r\n\t\"a\": 1 // x\r\n}", "\ufeff{\"env\": {\"URL\": \"own\", \"B\": \"2\"},}\n", "{\"small\": \"own\"}", "// c\n{\n  \"env\": {}\n}\n\n", "{"},
	confedit.TOML:      {"", "a = 1", "# c\n\n[env]\nURL = 'own' # u\n\n[z]\n", "\ufeffsmall = \"own\"\r\n[env.x]\r\ny = 1\r\n", "env.B = 2\n", "env = {B = 2}\n", "["},
	confedit.Variables: {"", "A=1", "export URL='own'\n# c\nTOKEN=x\r\n", "small=own\r\nB=2\r\n", "no lines of that kind"},
}

// A set-up that nobody has touched is taken back byte for byte, however often and
// with whatever values it was set; and what cannot be set up is left alone.
func TestUndoGivesBackWhatWas(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		d := newDesk(r, folder)
		format := rapid.SampledFrom([]confedit.Format{confedit.JSON, confedit.TOML, confedit.Variables}).Draw(r, "format")
		var begin []byte
		if rapid.Bool().Draw(r, "there") {
			begin = []byte(rapid.SampledFrom(begins[format]).Draw(r, "text"))
		}
		d.write(r, begin)
		for range rapid.IntRange(1, 3).Draw(r, "times") {
			token := rapid.SampledFrom([]string{"mag_1", "mag_2"}).Draw(r, "token")
			before := d.read(r)
			if _, err := d.setUp(r, format, token); err != nil {
				if !bytes.Equal(d.read(r), before) {
					r.Fatalf("%v, and the file was changed", err)
				}
				return
			}
			if changed, err := d.setUp(r, format, token); changed || err != nil {
				r.Fatalf("set up again it changed %v, %v", changed, err)
			}
		}
		if record, err := setup.Load(d.dir, "x"); err != nil || len(record.Overwritten()) > 0 {
			r.Fatalf("%v, overwritten %q", err, record.Overwritten())
		}
		if kept := d.undo(r); len(kept) > 0 {
			r.Fatalf("kept %q", kept)
		}
		if now := d.read(r); !bytes.Equal(now, begin) || (now == nil) != (begin == nil) {
			r.Fatalf("%s:\n%q\nbecame\n%q", format, begin, now)
		}
	})
}

// What its owner changes after a set-up stays, and what the agent overwrites is told.
func TestUndoAfterTheFileWasChanged(t *testing.T) {
	d := newDesk(t, t.TempDir())
	d.write(t, []byte("{\n  // mine\n  \"a\": 1,\n  \"small\": \"own\"\n}\n"))
	if _, err := d.setUp(t, confedit.JSON, "mag_1"); err != nil {
		t.Fatal(err)
	}
	d.write(t, []byte(strings.Replace(string(d.read(t)), `"a": 1`, `"a": 2`, 1)))
	record, err := setup.Load(d.dir, "x")
	must(t, err)
	if told := record.Overwritten(); len(told) > 0 {
		t.Errorf("told %q", told)
	}
	d.write(t, []byte(strings.Replace(string(d.read(t)), `"URL": "mag_1"`, `"URL": "elsewhere"`, 1)))
	if told := record.Overwritten(); len(told) != 1 || !strings.HasPrefix(told[0], "env.URL in ") || !strings.HasSuffix(told[0], " was changed") {
		t.Errorf("told %q", told)
	}
	if kept := d.undo(t); len(kept) != 1 || kept[0] != "env.URL" {
		t.Errorf("kept %q", kept)
	}
	if got, want := string(d.read(t)), "{\n  // mine\n  \"a\": 2,\n  \"small\": \"own\",\n  \"env\": {\n    \"URL\": \"elsewhere\"\n  }\n}\n"; got != want {
		t.Errorf("got %s", got)
	}
}

// What was overwritten and set up again is taken back to what it was at first; what
// yields to the user's choice stays the user's.
func TestSetupAfterTheFileWasChanged(t *testing.T) {
	d := newDesk(t, t.TempDir())
	d.write(t, []byte("{}\n"))
	if _, err := d.setUp(t, confedit.JSON, "mag_1"); err != nil {
		t.Fatal(err)
	}
	overwritten := strings.NewReplacer(`"URL": "mag_1"`, `"URL": "elsewhere"`, `"small": "mag_1"`, `"small": "mine"`).Replace(string(d.read(t)))
	d.write(t, []byte(overwritten))
	if changed, err := d.setUp(t, confedit.JSON, "mag_1"); !changed || err != nil {
		t.Fatalf("changed %v, %v", changed, err)
	}
	if got := string(d.read(t)); !strings.Contains(got, `"URL": "mag_1"`) || !strings.Contains(got, `"small": "mine"`) {
		t.Errorf("set up again: %s", got)
	}
	d.undo(t)
	if got := string(d.read(t)); got != "{\n  \"small\": \"mine\"\n}\n" {
		t.Errorf("left %q", got)
	}
}

// What is to go is gone until the undo, and whoever sets it again is told.
func TestKeyThatIsToGo(t *testing.T) {
	d := newDesk(t, t.TempDir())
	const own = "[env]\nB = 2 # mine\nC = 3\n"
	d.write(t, []byte(own))
	if _, err := d.setUp(t, confedit.TOML, "mag_1"); err != nil {
		t.Fatal(err)
	}
	set := string(d.read(t))
	if strings.Contains(set, "B =") || !strings.Contains(set, "C = 3") {
		t.Errorf("set up: %s", set)
	}
	record, err := setup.Load(d.dir, "x")
	must(t, err)
	d.write(t, []byte(set+"B = 4\n"))
	if told := record.Overwritten(); len(told) != 1 || !strings.HasPrefix(told[0], "env.B in ") {
		t.Errorf("told %q", told)
	}
	d.write(t, []byte(set+"D = 4\n"))
	d.undo(t)
	if got := string(d.read(t)); got != "[env]\nC = 3\nD = 4\nB = 2\n" {
		t.Errorf("left %q", got)
	}
}

// The file keeps its mode, and a link to it stays a link.
func TestModeAndLinkStay(t *testing.T) {
	d := newDesk(t, t.TempDir())
	target := d.file + ".real"
	d.write(t, []byte("{}"))
	must(t, os.Rename(d.file, target))
	must(t, os.Symlink(target, d.file))
	if _, err := d.setUp(t, confedit.JSON, "mag_1"); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(d.file)
	must(t, err)
	if info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became %v", info.Mode())
	}
	if info, err := os.Stat(d.file); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if text, err := os.ReadFile(target); err != nil || !strings.Contains(string(text), "mag_1") {
		t.Errorf("%v, %s", err, text)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(d.file), "*"))
	if err != nil || len(left) != 2 {
		t.Errorf("left %q, %v", left, err)
	}
}

// A file that its owner has made read-only is left alone, and nothing is recorded.
func TestReadOnlyFile(t *testing.T) {
	d := newDesk(t, t.TempDir())
	d.write(t, []byte("{}"))
	must(t, os.Chmod(d.file, 0o444))
	plan, err := setup.ForSetup(d.dir, setup.Record{Agent: "x"}, d.target(confedit.JSON, "mag_1"))
	must(t, err)
	if err := plan.Apply(); !errors.Is(err, setup.ErrReadOnly) || string(d.read(t)) != "{}" {
		t.Errorf("%v, %s", err, d.read(t))
	}
	if record, err := setup.Load(d.dir, "x"); record != nil || err != nil {
		t.Errorf("recorded %v, %v", record, err)
	}
	must(t, os.Chmod(d.file, 0o600)) // Windows removes no other
}

// A file that is changed between the plan and its execution is not overwritten.
func TestFileThatChangesMeanwhile(t *testing.T) {
	d := newDesk(t, t.TempDir())
	d.write(t, []byte("{}"))
	plan, err := setup.ForSetup(d.dir, setup.Record{Agent: "x"}, d.target(confedit.JSON, "mag_1"))
	must(t, err)
	d.write(t, []byte(`{"new": 1}`))
	if err := plan.Apply(); err == nil || string(d.read(t)) != `{"new": 1}` {
		t.Errorf("%v, %s", err, d.read(t))
	}
}

func TestDiff(t *testing.T) {
	old := "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12"
	now := "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n12\n13\n"
	want := `--- f
+++ f
@@ -2,11 +2,12 @@
 2
 3
 4
-5
+five
 6
 7
 8
 9
 10
 11
-12
\ No newline at end of file
+12
+13
`
	if got := setup.Diff("f", []byte(old), []byte(now)); got != want {
		t.Errorf("got\n%s", got)
	}
	if got, want := setup.Diff("f", nil, []byte("a\n")), "--- /dev/null\n+++ f\n@@ -0,0 +1,1 @@\n+a\n"; got != want {
		t.Errorf("got\n%s", got)
	}
	if got := setup.Diff("f", []byte("a"), []byte("a")); got != "" {
		t.Errorf("got\n%s", got)
	}
}
