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

// WithAffinity returns a context whose requests belong to the conversation
// key: they stay with one account for as long as it can serve.
func WithAffinity(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, affinityKey, key)
}

// WithAccount returns a context whose requests are served by the account id
// and by no other.
func WithAccount(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, accountKey, id)
}

// WithModel returns a context whose requests ask for the model name, so that
// an account limited for that model alone is passed over.
func WithModel(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, modelKey, name)
}

// WithCaller returns a context whose requests are those of one of several callers
// that the host serves: a conversation of one is never taken for that of another,
// whatever they call it. id is short and without slashes.
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
