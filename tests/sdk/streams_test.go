package sdk_test

import (
	"strings"
	"testing"

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

// checkRests checks that alice is limited. A stream's limit without an end is one
// of the model alone.
func checkRests(t *testing.T, s scene) {
	t.Helper()
	if status := rig.Status(t, s.pool, s.aliceID); status.CooldownUntil.IsZero() {
		t.Errorf("%s is %s (%s), and does not rest", status.Label, status.State, status.Reason)
	}
}

// A limit told after the 200 is not seen by the client: another account takes
// over.
func TestStreamThatFailsBeforeItsOutputMoves(t *testing.T) {
	forEachStream(t, func(t *testing.T, u use) {
		s := play(t, u, rig.OAuth)
		s.alice.Next(providertest.StreamError(0, limitCode(u.flavour)))
		text, err := u.ask(t.Context(), s.endpoint())
		servedBy(t, text, err, s.bob)
		checkRests(t, s)
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
		checkRests(t, s)
		if n := len(s.srv.Calls()); n != 1 {
			t.Errorf("%d calls", n)
		}
	})
}
