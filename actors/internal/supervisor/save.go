package supervisor

import (
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
)

const (
	// saveDelay is how long what is to be saved waits for more.
	saveDelay = time.Second
	// saveRetry is after how long a pin that could not be stored is tried again.
	saveRetry = time.Second
)

// savePoolSoon has the active account and the conversations' bindings saved,
// once for all that changes within a second.
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
