package setup

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/seed-810f1486/multiaccount/internal/confedit"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// ForUndo plans to take back what was set up: a file that nobody has touched since
// becomes what it was, byte for byte. In one that was changed, those keys alone are
// changed back that still have what they were given.
func ForUndo(dir string, r *Record) (*Plan, error) {
	p := &Plan{dir: dir, agent: r.Agent}
	for i := range r.Files {
		f := &r.Files[i]
		now, err := persistence.ReadOwn(f.Path)
		if err != nil {
			return nil, err
		}
		before, kept, err := f.restored(now, false)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
		p.Kept = append(p.Kept, kept...)
		p.files = append(p.files, change{f.Path, now, before})
	}
	return p, nil
}

// restored is what a file was before it was changed, and kept are the keys that have
// got another value since. They are restored too where that value is about to be
// replaced.
func (f *File) restored(now []byte, replaced bool) (before []byte, kept []string, err error) {
	if now == nil || bytes.Equal(now, f.After) {
		if now == nil {
			return nil, nil, nil // its owner has removed it
		}
		return f.Before, nil, nil
	}
	before = now
	for _, v := range f.Values {
		set, err := v.isSet(f.Format, before)
		if err != nil {
			return nil, nil, err
		}
		if !set && (v.Yields || !replaced) {
			kept = append(kept, v.Key.String())
			continue
		}
		if before, err = v.restore(f.Format, before, f.Before); err != nil {
			return nil, nil, err
		}
	}
	return before, kept, nil
}

// isSet reports whether a key has the value that it was given.
func (v Value) isSet(format confedit.Format, now []byte) (bool, error) {
	value, ok, err := format.Get(now, v.Key)
	return ok && reflect.DeepEqual(value, v.Value), err
}

// restore gives a key what it had in the file as it was before.
func (v Value) restore(format confedit.Format, now, before []byte) ([]byte, error) {
	if v.Had {
		return format.Set(now, v.Key, v.Old)
	}
	now, err := format.Remove(now, v.Key)
	if err != nil {
		return nil, err
	}
	return withoutEmpty(format, now, before, v.Key)
}

// withoutEmpty removes the objects on the way to a key that are empty, and were not
// there before.
func withoutEmpty(format confedit.Format, now, before []byte, key confedit.Key) ([]byte, error) {
	for n := len(key) - 1; n > 0; n-- {
		object, _, err := format.Get(now, key[:n])
		if err != nil {
			return nil, err
		}
		if inner, ok := object.(map[string]any); !ok || len(inner) > 0 {
			return now, nil
		}
		if _, had, err := format.Get(before, key[:n]); err != nil || had {
			return now, err
		}
		if now, err = format.Remove(now, key[:n]); err != nil {
			return nil, err
		}
	}
	return now, nil
}
