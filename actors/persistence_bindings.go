package actors

import (
	"maps"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

func bindingsFrom(stored map[string]persistence.Binding) map[string]messages.Binding {
	all := make(map[string]messages.Binding, len(stored))
	for key, b := range stored {
		all[key] = messages.Binding(b)
	}
	return all
}

// mergeBindings returns the changes of both, of one key the later.
func mergeBindings(earlier, later map[string]messages.Binding) map[string]messages.Binding {
	merged := make(map[string]messages.Binding, len(earlier)+len(later))
	maps.Copy(merged, earlier)
	maps.Copy(merged, later)
	return merged
}

// changeBindings makes the changes in what is stored; a binding without an
// account has ended.
func changeBindings(stored map[string]persistence.Binding, changes map[string]messages.Binding) map[string]persistence.Binding {
	for key, b := range changes {
		if b.Account == "" {
			delete(stored, key)
			continue
		}
		if stored == nil {
			stored = map[string]persistence.Binding{}
		}
		stored[key] = persistence.Binding(b)
	}
	return stored
}
