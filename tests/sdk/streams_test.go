package sdk_test

import (
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// forEachStream runs a test for every call that streams.
func forEachStream(t *testing.T, test func(*testing.T, use)) {
	t.Helper()
	var streamed []use
	for _, u := range uses() {
		if strings.HasSuffix(u.name, "streamed") {
			streamed = append(streamed, u)
		}
	}
	forUses(t, streamed, test)
}

// limitCode is how a provider's stream tells of a limit.
func limitCode(f providertest.Flavour) string {
	if f == providertest.Anthropic {
		return "rate_limit_error"
	}
	return "rate_limit_exceeded"
}

// A limit told after the 200 is not seen by the client: another account takes
// over.
func TestStreamThatFailsBeforeItsOutputMoves(t *testing.T) {
	forEachStream(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		s.alice.Next(providertest.StreamError(0, limitCode(u.flavour)))
		text, err := u.ask(t.Context(), s.endpoint())
		servedBy(t, text, err, s.bob)
		checkState(t, s, s.aliceID, multiaccount.StateCooling)
	})
}

func TestFailedResponseMoves(t *testing.T) {
	forEachStream(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		s.alice.Next(providertest.StreamFailed(0, limitCode(u.flavour)))
		text, err := u.ask(t.Context(), s.endpoint())
		servedBy(t, text, err, s.bob)
	})
}

// A failure after output is the client's to see, nothing is sent again, and the
// account rests all the same.
func TestStreamThatFailsAfterItsOutputIsPassedOn(t *testing.T) {
	forEachStream(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		s.alice.Next(providertest.StreamError(2, limitCode(u.flavour)))
		// The Responses client hands a failure out as an event, the others as an error.
		if text, err := u.ask(t.Context(), s.endpoint()); err == nil && text != "" {
			t.Errorf("no failure, but %q", text)
		}
		checkState(t, s, s.aliceID, multiaccount.StateCooling)
		if n := len(s.srv.Calls()); n != 1 {
			t.Errorf("%d calls", n)
		}
	})
}
