package messages_test

import (
	"sync"
	"testing"

	"github.com/seed-810f1486/multiaccount/messages"
)

// An asker that waits, one that finds the answer there, and one that gives up: either the
// answer arrives and is what was sent first, or who sends learns that nobody reads it.
func TestReply(t *testing.T) {
	r := messages.NewReply[int]()
	for round := range 20_000 {
		var senders sync.WaitGroup
		sent := make([]bool, 2)
		for i := range sent {
			senders.Go(func() { sent[i] = r.Send(2*round + i) })
		}
		gaveUp := round%3 == 0 && r.Abandon()
		if !gaveUp && round%2 == 0 {
			<-r.Arrived()
		}
		senders.Wait()
		answer, ok := r.Answer()
		if ok == gaveUp || ok != (sent[0] != sent[1]) || ok && !sent[answer-2*round] {
			t.Fatalf("round %d: answer %d (%v), given up: %v, sent: %v", round, answer, ok, gaveUp, sent)
		}
		if gaveUp {
			r = messages.NewReply[int]() // nobody asks again where the answer did not arrive
		} else {
			r.Reopen()
		}
	}
}

// A reply that nobody waits for takes any answer.
func TestReplyOfNobody(t *testing.T) {
	var r *messages.Reply[int]
	if r.Send(1) {
		t.Error("somebody is said to read the answer")
	}
}
