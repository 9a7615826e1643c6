package writer

import (
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/policy"
)

func bindingsFrom(stored map[string]persistence.Binding) []policy.Binding {
	all := make([]policy.Binding, 0, len(stored))
	for key, b := range stored {
		all = append(all, policy.Binding{Key: key, Account: b.Account, UsedAt: policy.At(b.UsedAt)})
	}
	return all
}

// changeBindings applies changes to the stored bindings; a change without an
// account deletes its binding.
func changeBindings(stored map[string]persistence.Binding, changes []policy.Binding) map[string]persistence.Binding {
	for _, b := range changes {
		if b.Account == "" {
			delete(stored, b.Key)
			continue
		}
		if stored == nil {
			stored = map[string]persistence.Binding{}
		}
		stored[b.Key] = persistence.Binding{Account: b.Account, UsedAt: b.UsedAt.Time()}
	}
	return stored
}
