package supervisor

import (
	"github.com/seed-810f1486/multiaccount/messages"
)

// retryRefreshes ends an outage of the token endpoint: one exchange has worked.
// Each account whose refresh failed during the outage may refresh again at once.
func (s *supervisor) retryRefreshes() {
	if !s.outage {
		return
	}
	s.outage = false
	for _, m := range s.order {
		if m.refreshFailed != "" && m.record.Fault == nil {
			m.Tell(&messages.RetryRefresh{})
		}
	}
}
