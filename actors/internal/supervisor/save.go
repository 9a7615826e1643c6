package supervisor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
)

const (
	// saveDelay is the debounce of the pool's state: its changes within a second
	// become one write.
	saveDelay = time.Second
	// saveRetry is the wait before a pin that could not be stored is stored again.
	saveRetry = time.Second
)

// savePoolSoon schedules a save of the active account and the bindings.
func (s *supervisor) savePoolSoon() {
	s.active = s.selection.Active()
	if !s.saveTimer.IsSet() {
		s.saveTimer.Set(s.self, saveDelay, &saveDue{})
	}
}

func (s *supervisor) savePool() {
	s.Writer.Tell(&messages.SavePool{
		Provider: s.Provider.Name(), Active: s.active,
		Bindings: s.selection.TakeBindings(), Owned: s.selection.TakeOwned(),
	})
}
