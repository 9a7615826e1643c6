package setup

import (
	"fmt"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// Overwritten names the changes of a set-up that somebody has overwritten; none when all
// are still there.
func (r *Record) Overwritten() []string {
	var told []string
	for i := range r.Files {
		told = append(told, r.Files[i].overwritten()...)
	}
	return told
}

func (f *File) overwritten() []string {
	now, err := persistence.ReadOwn(f.Path)
	switch {
	case err != nil:
		return []string{err.Error()}
	case now == nil:
		return []string{f.Path + " is gone"}
	}
	var told []string
	for _, v := range f.Values {
		_, there, err := f.Format.Get(now, v.Key)
		if err != nil {
			return []string{fmt.Sprintf("%s: %v", f.Path, err)}
		}
		if set, _ := v.isSet(f.Format, now); set {
			continue
		}
		what := "changed"
		if !there {
			what = "removed"
		}
		told = append(told, fmt.Sprintf("%s in %s was %s", v.Key, f.Path, what))
	}
	return told
}
