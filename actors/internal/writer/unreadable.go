package writer

import (
	"errors"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// unreadableFrom returns what the supervisor is told of an account's file that
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
