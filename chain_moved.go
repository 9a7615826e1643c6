package multiaccount

import (
	"context"
	"time"

	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/internal/chain"
	"github.com/seed-810f1486/multiaccount/policy"
)

// served remembers who serves the conversation, and tells when it has moved.
func (w *chainWalk) served() {
	if w.key == "" || w.last.AccountID == "" {
		return
	}
	now := chain.Served{Pool: w.at, Account: w.last.AccountID, At: time.Now()}
	w.passOver(&now)
	before, known := w.chain.conversations.Put(w.key, now)
	if known && before.Pool != w.at {
		w.publishMoved(before)
	}
}

// passOver notes what is known of the pools before the one that serves: they may have
// had no turn, since the conversation stays where it is.
func (w *chainWalk) passOver(now *chain.Served) {
	if w.stays() && w.before.Pool == w.at {
		now.PassOverAs(w.before)
		return
	}
	var end time.Time
	passedOver := false
	for i := range w.at {
		if w.asked[i] {
			passedOver = true
			end = earlier(end, retryOf(w.refused[i]))
		}
	}
	if passedOver {
		now.PassOver(end)
	}
}

func (w *chainWalk) publishMoved(before chain.Served) {
	pool := w.chain.links[w.at].Pool
	about := event.Occurrence{Provider: pool.provider.Name(), AccountID: w.last.AccountID, At: time.Now()}
	if record, err := pool.stored(context.WithoutCancel(w.req.Context()), w.last.AccountID); err == nil {
		about.Label = record.DisplayLabel()
	}
	from := w.chain.links[before.Pool].provider()
	pool.publish(ConversationMoved{
		Occurrence: about, Conversation: policy.ConversationID(w.key), From: before.Account, FromProvider: from, Reason: w.reason(before.Pool, from),
	})
}

// reason says why a pool does not serve the conversation any more.
func (w *chainWalk) reason(link int, name string) string {
	if err := w.refused[link]; err != nil {
		return name + ": " + briefly(err)
	}
	return "a pool before " + name + " in the chain serves again"
}
