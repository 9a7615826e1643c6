package setup

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/agents"
	"github.com/seed-810f1486/multiaccount/internal/confedit"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// Plan is what setting an agent up, or taking that back, would do to files.
type Plan struct {
	dir   string
	files []change
	// record is stored before the files are changed. When it is nil, the stored record
	// is removed after they are changed.
	record *Record
	agent  string
	// Kept are the keys that somebody has changed since: they are left alone.
	Kept []string
}

// change is the content of one file before and after; nil when there is no file.
type change struct {
	path     string
	old, now []byte
}

// ForSetup plans to set an agent up. r tells the agent, its client and the gateway.
// Nothing is written.
func ForSetup(dir string, r Record, targets []agents.Target) (*Plan, error) {
	known, err := Load(dir, r.Agent)
	if err != nil {
		return nil, err
	}
	r.At = time.Now().UTC().Truncate(time.Second)
	p := &Plan{dir: dir, record: &r, agent: r.Agent}
	for _, t := range targets {
		old, err := persistence.ReadOwn(t.Path)
		if err != nil {
			return nil, err
		}
		f, err := planFile(known.file(t.Path), old, t)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Path, err)
		}
		r.Files = append(r.Files, f)
		p.files = append(p.files, change{t.Path, old, f.After})
	}
	return p, nil
}

// planFile makes the changes of one file, and keeps the content that the file had
// before the first of them.
func planFile(known *File, now []byte, t agents.Target) (f File, err error) {
	f = File{Path: t.Path, Format: t.Format, Before: now, After: now}
	if known != nil {
		if f.Before, _, err = known.restored(now, true); err != nil {
			return f, err
		}
	}
	for _, c := range t.Changes {
		if err := f.change(c); err != nil {
			return f, err
		}
	}
	if known != nil {
		err = f.dropOld(known)
	}
	return f, err
}

// dropOld takes back earlier changes of the file that are no longer wanted.
func (f *File) dropOld(known *File) error {
	for _, v := range known.Values {
		set, err := v.isSet(f.Format, f.After)
		if set && !f.has(v.Key) {
			f.After, err = v.restore(f.Format, f.After, f.Before)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *File) has(key confedit.Key) bool {
	for _, v := range f.Values {
		if reflect.DeepEqual(v.Key, key) {
			return true
		}
	}
	return false
}

// change gives one key its value.
func (f *File) change(c agents.Change) error {
	old, had, err := f.Format.Get(f.Before, c.Key)
	if err != nil || c.IfMissing && had || c.Value == nil && !had {
		return err
	}
	v := Value{c.Key, c.Value, had, old, c.IfMissing}
	f.Values = append(f.Values, v)
	if set, err := v.isSet(f.Format, f.After); set || err != nil {
		return err
	}
	if c.Value == nil {
		f.After, err = f.Format.Remove(f.After, c.Key)
	} else {
		f.After, err = f.Format.Set(f.After, c.Key, c.Value)
	}
	return err
}

// Changes reports whether a file would be changed.
func (p *Plan) Changes() bool {
	for _, c := range p.files {
		if !bytes.Equal(c.old, c.now) || (c.old == nil) != (c.now == nil) {
			return true
		}
	}
	return false
}

// ErrReadOnly is returned for a file that its owner has made read-only. It is left
// alone, although it could be replaced.
var ErrReadOnly = errors.New("it is read-only: make it writable, or change it by hand as --dry-run shows")

// Apply does what was planned. The error is [persistence.ErrChanged] when a file was
// changed since, and [ErrReadOnly] for one that nobody is to change.
func (p *Plan) Apply() error {
	for _, path := range p.Paths() {
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o200 == 0 {
			return fmt.Errorf("nothing was changed: %s: %w", path, ErrReadOnly)
		}
	}
	if p.record != nil {
		if err := p.record.store(p.dir); err != nil {
			return err
		}
	}
	for _, c := range p.files {
		if err := persistence.Rewrite(c.path, c.old, c.now); err != nil {
			return err
		}
	}
	if p.record == nil {
		return persistence.RemoveFile(pathOf(p.dir, p.agent))
	}
	return nil
}

// Paths are the files that would be changed.
func (p *Plan) Paths() []string {
	var all []string
	for _, c := range p.files {
		if !bytes.Equal(c.old, c.now) {
			all = append(all, c.path)
		}
	}
	return all
}

// Diff returns the changes as a unified diff. It contains the tokens.
func (p *Plan) Diff() string {
	var text bytes.Buffer
	for _, c := range p.files {
		text.WriteString(Diff(c.path, c.old, c.now))
	}
	return text.String()
}
