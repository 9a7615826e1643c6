package actors

import (
	"errors"
	"slices"

	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// The accounts whose files cannot be used are the supervisor's to list: those
// it loaded, and those that become so.

// unreadableFrom returns what a supervisor is told of an account's file that
// cannot be used; nil when err is about something else.
func unreadableFrom(err error) *messages.AccountUnreadable {
	var unreadable *persistence.UnreadableError
	if !errors.As(err, &unreadable) {
		return nil
	}
	return &messages.AccountUnreadable{Quarantined: quarantinedFrom(unreadable.Quarantined)}
}

func quarantinedFrom(q persistence.Quarantined) messages.Quarantined {
	return messages.Quarantined{ID: q.ID, Path: q.Path, InPlace: q.InPlace, Reason: q.Reason}
}

// accountUnreadable lists a file, and tells of it once for each reason. An
// account that is known goes on as it was read last.
func (s *supervisor) accountUnreadable(m *messages.AccountUnreadable) {
	q := m.Quarantined
	if slices.Contains(s.quarantined, q) {
		return
	}
	s.forgetUnreadable(q.ID)
	s.quarantined = append(s.quarantined, q)
	s.tellQuarantined(q)
}

// forgetUnreadable forgets a file that is in order now, or gone.
func (s *supervisor) forgetUnreadable(id string) {
	s.quarantined = slices.DeleteFunc(slices.Clone(s.quarantined), func(q messages.Quarantined) bool { return q.InPlace && q.ID == id })
}

func (s *supervisor) tellQuarantined(q messages.Quarantined) {
	if q.Reason == "" {
		return // set aside by an earlier run, which told of it
	}
	s.publish(event.AccountQuarantined{
		Occurrence: event.Occurrence{Provider: s.provider.Name(), AccountID: q.ID, At: s.wallNow()},
		Path:       q.Path, Reason: q.Reason,
	})
}

// apart parts the files whose accounts are in the pool all the same, as what is
// wrong with them, from the rest. What was set aside of such an account is not
// told of any more.
func apart(files []messages.Quarantined, accounts []messages.AccountStatus) (lost []messages.Quarantined, unreadable map[string]string) {
	unreadable = map[string]string{}
	if len(files) == 0 {
		return nil, unreadable
	}
	known := make(map[string]bool, len(accounts))
	for i := range accounts {
		known[accounts[i].Record.ID] = true
	}
	for _, q := range files {
		switch {
		case !known[q.ID]:
			lost = append(lost, q)
		case q.InPlace:
			unreadable[q.ID] = q.Reason
		}
	}
	return lost, unreadable
}
