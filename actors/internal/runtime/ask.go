package runtime

import (
	"context"

	"github.com/seed-810f1486/multiaccount/messages"
)

// Ask sends message to an actor and waits for the reply, ctx's end or the
// actor's, which is [messages.ErrStopped]. When it returns an error, the reply
// will not be looked at again.
func Ask[T any](ctx context.Context, to *Ref, message any, reply *messages.Reply[T]) (T, error) {
	to.Tell(message)
	return Wait(ctx, to, reply)
}

// Wait is [Ask] for a message that is already on its way.
func Wait[T any](ctx context.Context, to *Ref, reply *messages.Reply[T]) (T, error) {
	select {
	case answer := <-reply.C(): // an idle actor has answered by now, and one channel costs less than three
		return answer, nil
	default:
	}
	var err error
	select {
	case answer := <-reply.C():
		return answer, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-to.Done():
		err = messages.ErrStopped
	}
	if reply.Abandon() {
		var none T
		return none, err
	}
	return <-reply.C(), nil
}
