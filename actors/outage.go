package actors

import (
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
)

// An outage of the token endpoint puts off the refresh of each account that
// meets it. It is over for all of them when one exchange works.

// tellExchangeWorked ends an outage.
func (a *accountActor) tellExchangeWorked() {
	if a.outage.CompareAndSwap(true, false) {
		a.supervisor.Tell(&messages.ExchangeWorked{})
	}
}

// retryRefreshes tells the accounts that an outage has put off.
func (s *supervisor) retryRefreshes() {
	for _, m := range s.order {
		if m.refreshFailed != "" && m.record.Fault == nil {
			m.Tell(&messages.RetryRefresh{})
		}
	}
}

// retryRefresh has the next request refresh the token. A login that the
// provider refuses has to wait for what it waits for.
func (a *accountActor) retryRefresh() {
	if a.record.Fault == nil && !a.refresh.running && a.refresh.failure != "" {
		a.refresh.retryAt, a.refresh.failure = time.Time{}, ""
		a.announce()
	}
}
