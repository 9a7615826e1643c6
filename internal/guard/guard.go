// Package guard calls a host's provider so that a panic in it fails only the call
// that panicked. The engine wraps each provider once, when it opens, and calls
// only the wrapped one.
//
// The value of a panic may hold a secret, so only its type is logged.
package guard

import (
	"context"
	"fmt"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

// Provider is a provider whose panics are caught. Owns, Authorize and all else
// that runs before a request is sent, on the caller's goroutine, still panics:
// the caller gets that panic as from any other round tripper.
//
// It is safe for concurrent use.
type Provider struct {
	providers.Provider
	// Keeper, Hosts and Stream are the provider's other abilities; nil for one
	// that it does not have.
	Keeper providers.ResourceKeeper
	Hosts  providers.HostsByKind
	Stream providers.StreamReader
	// Members are the only members of a body that Keeper reads; nil when it reads
	// all of it.
	Members []string

	usage   providers.UsageSource
	profile providers.ProfileSource
	log     zerolog.Logger
}

// New wraps p. A caught panic that no error can show is logged.
func New(p providers.Provider, log zerolog.Logger) *Provider {
	g := &Provider{Provider: p, log: log}
	g.Hosts, _ = p.(providers.HostsByKind)
	if k, ok := p.(providers.ResourceKeeper); ok {
		g.Keeper = keeper{k, g}
	}
	if l, ok := p.(providers.MemberLister); ok {
		g.Members = l.BodyMembers()
	}
	if r, ok := p.(providers.StreamReader); ok {
		g.Stream = stream{r, g}
	}
	if s, ok := p.(providers.UsageSource); ok {
		g.usage = usage{s, g}
	}
	if s, ok := p.(providers.ProfileSource); ok {
		g.profile = profile{s, g}
	}
	return g
}

// Sources returns the provider as one that is a [providers.UsageSource] and a
// [providers.ProfileSource] if, and only if, the wrapped one is.
func (g *Provider) Sources() providers.Provider {
	switch {
	case g.usage != nil && g.profile != nil:
		return struct {
			providers.Provider
			providers.UsageSource
			providers.ProfileSource
		}{g, g.usage, g.profile}
	case g.usage != nil:
		return struct {
			providers.Provider
			providers.UsageSource
		}{g, g.usage}
	case g.profile != nil:
		return struct {
			providers.Provider
			providers.ProfileSource
		}{g, g.profile}
	}
	return g
}

// Refresh implements [providers.Provider].
func (g *Provider) Refresh(ctx context.Context, creds account.Credentials) (grant account.Grant, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = g.panicked("in Refresh", reason)
		}
	}()
	return g.Provider.Refresh(ctx, creds)
}

// Classify implements [providers.Provider]. An answer that makes the provider
// panic says nothing of the account.
func (g *Provider) Classify(a providers.Answer) (v account.Verdict) {
	defer func() {
		if reason := recover(); reason != nil {
			g.logged("when it classed an answer", reason)
			v = account.Verdict{Class: account.ClassCaller, Status: a.Status}
		}
	}()
	return g.Provider.Classify(a)
}

func (g *Provider) panicked(where string, reason any) error {
	return fmt.Errorf("provider %s panicked %s: %T", g.Name(), where, reason)
}

func (g *Provider) logged(when string, reason any) {
	g.log.Error().Str("provider", g.Name()).Msgf("the provider panicked (%T) %s, which is passed on as it is", reason, when)
}
