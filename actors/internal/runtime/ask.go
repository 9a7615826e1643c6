package runtime

import (
	"context"

	"github.com/seed-810f1486/multiaccount/messages"
)

// Ask sends message to an actor and waits for the reply. It ends with an error
// when ctx ends first, or, as [messages.ErrStopped], when the actor stops. After
// an error the reply is not read any more.
func Ask[T any](ctx context.Context, to *Ref, message any, reply *messages.Reply[T]) (T, error) {
	to.Tell(message)
	return Wait(ctx, to, reply)
}

// Wait is [Ask] for a message that was sent before.
func Wait[T any](ctx context.Context, to *Ref, reply *messages.Reply[T]) (T, error) {
	if answer, ok := reply.Answer(); ok {
		return answer, nil // an idle actor has answered already
	}
	arrived := reply.Arrived()
	var err error
	select {
	case <-arrived:
	case <-ctx.Done():
		err = ctx.Err()
	case <-to.Done():
		err = messages.ErrStopped
	}
	if err != nil && reply.Abandon() {
		var none T
		return none, err
	}
	<-arrived
	answer, _ := reply.Answer()
	return answer, nil
}
