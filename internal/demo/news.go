package demo

import (
	"fmt"
	"math"
	"time"

	"github.com/seed-810f1486/multiaccount"
)

// Tone is how a piece of news is meant.
type Tone uint8

// The tones.
const (
	// Hint is what happens all the time.
	Hint Tone = iota
	// Note is what the engine takes in its stride.
	Note
	// Trouble is what goes wrong.
	Trouble
	// Relief is what is well again.
	Relief
)

// News is something that has happened at the provider or in the engine.
type News struct {
	// At is counted from the start of the run.
	At   time.Duration
	Tone Tone
	Text string
}

// newsOf puts an event of the engine into words; false for one that would only
// be in the way.
func newsOf(e multiaccount.Event, now time.Time) (News, bool) {
	who := e.About().Label
	switch e := e.(type) {
	case multiaccount.AccountCooled:
		return News{Tone: Note, Text: fmt.Sprintf("%s: limited for %s (%s)", who, left(e.Until, now), e.Reason)}, true
	case multiaccount.LoginRejected:
		return News{Tone: Trouble, Text: fmt.Sprintf("%s: its owner has to log in again", who)}, true
	case multiaccount.RefreshFailed:
		return News{Tone: Note, Text: fmt.Sprintf("%s: no new token, next try in %s", who, left(e.RetryAt, now))}, true
	case multiaccount.SaveFailed:
		return News{Tone: Trouble, Text: fmt.Sprintf("%s: not stored: %s", who, e.Reason)}, true
	case multiaccount.AccountQuarantined:
		return News{Tone: Trouble, Text: "the file of an account cannot be read: " + e.Reason}, true
	case multiaccount.EventsDropped:
		return News{Tone: Note, Text: fmt.Sprintf("%d events were too many to follow", e.Count)}, true
	}
	return newsOfTraffic(e, now)
}

// newsOfTraffic is of what concerns a provider as a whole, or one request.
// Quota figures are no news: they change with nearly every request.
func newsOfTraffic(e multiaccount.Event, now time.Time) (News, bool) {
	who, provider := e.About().Label, e.About().Provider
	switch e := e.(type) {
	case multiaccount.PoolPaused:
		return News{Tone: Trouble, Text: fmt.Sprintf("%s: several accounts share a limit for %s (%s)", provider, left(e.Until, now), e.Reason)}, true
	case multiaccount.PoolResumed:
		return News{Tone: Note, Text: provider + ": all accounts serve again"}, true
	case multiaccount.CircuitOpened:
		return News{Tone: Trouble, Text: fmt.Sprintf("%s: in trouble (%s), next try in %s", provider, e.Reason, left(e.RetryAt, now))}, true
	case multiaccount.CircuitClosed:
		return News{Tone: Note, Text: provider + ": answers again"}, true
	case multiaccount.ConversationMoved:
		return News{Tone: Note, Text: fmt.Sprintf("%s: took over a conversation (%s)", who, e.Reason)}, true
	case multiaccount.StreamFailed:
		return News{Tone: Note, Text: fmt.Sprintf("%s: a stream failed (%s)", who, e.Class)}, true
	case multiaccount.StreamCut:
		return News{Tone: Note, Text: who + ": a stream was cut"}, true
	}
	return News{}, false
}

// left is how long it is until then, in words.
func left(until, now time.Time) string {
	return fmt.Sprintf("%.0f s", math.Ceil(max(0, until.Sub(now).Seconds())))
}
