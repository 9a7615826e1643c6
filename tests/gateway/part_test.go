package gateway_test

import (
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// A limit of the small model that an agent asks for a title does not take the
// conversation away from the account that has cached it.
func TestSideRequestMovesAlone(t *testing.T) {
	s := play(t)
	served := func(model string) bool {
		a := s.send(t, ask("/anthropic/v1/messages", strings.Replace(messagesBody, "claude-opus-5", model, 1), "X-Claude-Code-Session-Id", "session"))
		return strings.Contains(a.body, "Served by work@")
	}
	if !served("claude-opus-5") {
		t.Fatal("it did not begin on the first account")
	}
	s.srv.Script(providertest.Match{Account: s.claude[0], Model: "haiku"}, providertest.Limited())
	if served("claude-haiku-4-5") {
		t.Error("the limited account served")
	}
	if !served("claude-opus-5") {
		t.Error("the conversation has moved with its side request")
	}
}
