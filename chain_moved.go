package multiaccount

import (
	"context"
	"time"

	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/policy"
)

// served remembers who serves the conversation, and tells when it has moved.
func (w *chainWalk) served() {
	if w.key == "" || w.last.AccountID == "" {
		return
	}
	now := talk{link: w.at, account: w.last.AccountID, at: time.Now()}
	now.until, now.look = w.until(now.at)
	before, known := w.chain.talks.put(w.key, now)
	if known && before.link != w.at {
		w.publishMoved(before)
	}
}

// until returns when the pools before the one that serves are asked again: they may
// have had no turn, since the conversation stays where it is.
func (w *chainWalk) until(now time.Time) (until, look time.Time) {
	if w.stays() && w.before.link == w.at {
		return w.before.until, w.before.look
	}
	var first time.Time
	passedOver := false
	for i := range w.at {
		if w.asked[i] {
			passedOver = true
			first = earlier(first, retryOf(w.refused[i]))
		}
	}
	if !passedOver {
		return time.Time{}, time.Time{}
	}
	if first.Before(now) {
		first = now
	}
	return first.Add(returnDelay), now.Add(lookDelay)
}

func (w *chainWalk) publishMoved(before talk) {
	pool := w.chain.links[w.at].Pool
	about := event.Occurrence{Provider: pool.provider.Name(), AccountID: w.last.AccountID, At: time.Now()}
	if record, err := pool.stored(context.WithoutCancel(w.req.Context()), w.last.AccountID); err == nil {
		about.Label = record.DisplayLabel()
	}
	from := w.chain.links[before.link].provider()
	pool.publish(ConversationMoved{
		Occurrence: about, Conversation: policy.ConversationID(w.key), From: before.account, FromProvider: from, Reason: w.reason(before.link, from),
	})
}

// reason says why a pool does not serve the conversation any more.
func (w *chainWalk) reason(link int, name string) string {
	if err := w.refused[link]; err != nil {
		return name + ": " + briefly(err)
	}
	return "a pool before " + name + " in the chain serves again"
}
