package actortest

import (
	"context"
	"sync/atomic"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
)

// Extra is an actor that only keeps the messages it gets.
type Extra struct{ Inbox }

// Started implements runtime.Behavior.
func (e *Extra) Started(runtime.Context) {}

// Receive implements runtime.Behavior.
func (e *Extra) Receive(message any) { e.Tell(message) }

// Stopped implements runtime.Behavior.
func (e *Extra) Stopped() {}

// Provider is a provider whose token endpoint answers as OnRefresh says.
type Provider struct {
	*apikey.Provider
	Refreshes atomic.Int64
	OnRefresh func() (account.Grant, error)
}

// NewProvider returns a provider "p". Its exchanges return a token without an
// expiry.
func NewProvider() *Provider {
	return &Provider{
		Provider:  apikey.New(apikey.Options{Name: "p", BaseURL: "https://provider.test"}),
		OnRefresh: func() (account.Grant, error) { return account.Grant{AccessToken: account.NewSecret("new")}, nil },
	}
}

// Refresh implements providers.Provider.
func (p *Provider) Refresh(context.Context, account.Credentials) (account.Grant, error) {
	p.Refreshes.Add(1)
	return p.OnRefresh()
}
