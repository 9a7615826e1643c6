package setup

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/seed-810f1486/multiaccount/internal/confedit"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// ForUndo plans to take back what was set up. A file that nobody has changed since gets
// its earlier content, byte for byte. In a file that was changed, only the keys that
// still have the value of the set-up get their earlier value.
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

// restored returns the content of a file before the set-up, and the keys that somebody
// has given another value since. With replaced those are restored too, because their
// value is about to be replaced.
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

// isSet reports whether a key has the value that it was given, or is gone as it was to
// be.
func (v Value) isSet(format confedit.Format, now []byte) (bool, error) {
	value, ok, err := format.Get(now, v.Key)
	return ok == (v.Value != nil) && reflect.DeepEqual(value, v.Value), err
}

// restore gives a key the value that it had before.
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
