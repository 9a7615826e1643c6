package multiaccount

import (
	"context"

	"github.com/seed-810f1486/multiaccount/policy"
)

type contextKey uint8

const (
	affinityKey contextKey = iota
	accountKey
	modelKey
	traceKey
	callerKey
)

// WithAffinity returns a context whose requests belong to the conversation key.
// One account serves a conversation for as long as it can.
func WithAffinity(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, affinityKey, key)
}

// WithAccount returns a context whose requests are served by the account id and
// by no other.
func WithAccount(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, accountKey, id)
}

// WithModel returns a context whose requests ask for the model name. An account
// that is limited for that model is passed over.
func WithModel(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, modelKey, name)
}

// WithCaller returns a context for requests that a host sends on behalf of one
// of several callers. Conversations of different callers are never mixed, even
// if they have the same key. id is short and has no slashes.
func WithCaller(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, callerKey, id)
}

// asked returns what the host asks for by a context.
func asked(ctx context.Context) policy.Request {
	return policy.Request{Affinity: value(ctx, affinityKey), Model: value(ctx, modelKey), Pin: value(ctx, accountKey), Caller: value(ctx, callerKey)}
}

func value(ctx context.Context, key contextKey) string {
	s, _ := ctx.Value(key).(string)
	return s
}
