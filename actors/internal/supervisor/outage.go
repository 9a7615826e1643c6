package supervisor

import (
	"github.com/seed-810f1486/multiaccount/messages"
)

// An outage of the token endpoint puts off the refresh of each account that
// meets it. It is over for all of them when one exchange works.

// retryRefreshes tells the accounts that an outage has put off.
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
