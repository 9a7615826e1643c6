package actors

import (
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
