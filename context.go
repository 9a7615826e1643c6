package multiaccount

import (
	"context"
	"slices"

	"github.com/seed-810f1486/multiaccount/policy"
)

// choices are what a host asks for by a context: all in one value, since each
// request looks for it.
type choices struct {
	affinity, account, model, caller string
	accounts, pools                  []string
	priority                         int
	trace                            func(Attempt)
}

type choicesKey struct{}

func choicesOf(ctx context.Context) choices {
	if c, ok := ctx.Value(choicesKey{}).(*choices); ok {
		return *c
	}
	return choices{}
}

// with returns a context whose choices are c's.
func with(ctx context.Context, c choices) context.Context {
	return context.WithValue(ctx, choicesKey{}, &c)
}

// WithAffinity returns a context whose requests belong to the conversation key.
// One account serves a conversation for as long as it can.
func WithAffinity(ctx context.Context, key string) context.Context {
	c := choicesOf(ctx)
	c.affinity = key
	return with(ctx, c)
}

// WithAccount returns a context whose requests are served by the account id and
// by no other.
func WithAccount(ctx context.Context, id string) context.Context {
	c := choicesOf(ctx)
	c.account = id
	return with(ctx, c)
}

// WithAccounts returns a context whose requests are served by one of the accounts
// ids and by no other, even if none of them can serve. Without ids any account may
// serve.
func WithAccounts(ctx context.Context, ids ...string) context.Context {
	c := choicesOf(ctx)
	c.accounts = slices.Clone(ids)
	return with(ctx, c)
}

// WithPools returns a context whose requests, where a [Chain] sends them, are served
// by these of its pools and by no other, named by their providers. Without names
// any may serve.
func WithPools(ctx context.Context, providers ...string) context.Context {
	c := choicesOf(ctx)
	c.pools = slices.Clone(providers)
	return with(ctx, c)
}

// WithPriority returns a context for requests that get an account before those of
// a smaller priority where several wait for one. The default is 0.
func WithPriority(ctx context.Context, priority int) context.Context {
	c := choicesOf(ctx)
	c.priority = priority
	return with(ctx, c)
}

// WithModel returns a context whose requests ask for the model name. An account
// that is limited for that model is passed over.
func WithModel(ctx context.Context, name string) context.Context {
	c := choicesOf(ctx)
	c.model = name
	return with(ctx, c)
}

// WithCaller returns a context for requests that a host sends on behalf of one
// of several callers. Conversations of different callers are never mixed, even
// if they have the same key. id is short and has no slashes.
func WithCaller(ctx context.Context, id string) context.Context {
	c := choicesOf(ctx)
	c.caller = id
	return with(ctx, c)
}

// ask writes what the host asks for by a context into r, which is empty. Most hosts
// ask for nothing, so that a copy would cost more than all else.
func ask(ctx context.Context, r *policy.Request) {
	c, ok := ctx.Value(choicesKey{}).(*choices)
	if !ok {
		return
	}
	r.Affinity, r.Caller, r.Model = c.affinity, c.caller, c.model
	r.Pin, r.Among, r.Priority = c.account, c.accounts, c.priority
}
