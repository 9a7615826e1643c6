package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// host is a program that embeds the engine and talks to both providers. It tries
// nothing again by itself: what goes wrong is for the engine to mend.
type host struct {
	engine *multiaccount.Engine
	at     addresses
	pools  map[providertest.Flavour]*multiaccount.Pool
	// wire makes all connections to the provider, so that close can end them.
	wire    *http.Transport
	clients map[providertest.Flavour]*http.Client
}

// addresses are where the providers are: all that a host knows of them.
type addresses map[providertest.Flavour]providertest.Endpoints

// openHost opens an engine in dir, with the settings of somebody who has set
// nothing.
func openHost(ctx context.Context, dir string, at addresses) (*host, error) {
	wire := &http.Transport{MaxIdleConnsPerHost: maxWorkers, ForceAttemptHTTP2: false}
	client := &http.Client{Transport: wire}
	claude, codex := at[providertest.Anthropic], at[providertest.OpenAI]
	engine, err := multiaccount.Open(ctx, multiaccount.Config{Dir: dir, Providers: []providers.Provider{
		anthropic.New(anthropic.Options{
			BaseURL: claude.BaseURL, TokenURL: claude.TokenURL, UsageURL: claude.UsageURL,
			ProfileURL: claude.ProfileURL, HTTPClient: client,
		}),
		openai.New(openai.Options{
			BaseURL: codex.BaseURL, TokenURL: codex.TokenURL, UsageURL: codex.UsageURL, HTTPClient: client,
		}),
	}})
	if err != nil {
		return nil, err
	}
	h := &host{
		engine: engine, at: at, wire: wire,
		pools: map[providertest.Flavour]*multiaccount.Pool{}, clients: map[providertest.Flavour]*http.Client{},
	}
	for _, f := range flavours() {
		if h.pools[f], err = engine.Pool(string(f)); err != nil {
			return nil, errors.Join(err, h.close(ctx))
		}
		h.clients[f] = &http.Client{Transport: h.pools[f].Transport(observer{h.wire})} // all that a host changes
	}
	return h, nil
}

// flavours are the providers of a run, in the order in which they are shown.
func flavours() [2]providertest.Flavour {
	return [...]providertest.Flavour{providertest.Anthropic, providertest.OpenAI}
}

func (h *host) close(ctx context.Context) error {
	defer h.wire.CloseIdleConnections()
	return h.engine.Close(ctx)
}

// add gives the engine the login of an account.
func (h *host) add(ctx context.Context, acct *providertest.AccountHandle) error {
	a := acct.Account()
	_, err := h.pools[a.Flavour].Add(ctx, multiaccount.NewAccount{
		Email: a.Email, Subject: a.Subject, Organization: a.Organization, Plan: a.Plan,
		AccessToken: acct.AccessToken(), RefreshToken: acct.RefreshToken(), ExpiresAt: acct.ExpiresAt(),
	})
	if err != nil {
		return fmt.Errorf("adding %s: %w", a.Email, err)
	}
	return nil
}

// accounts returns the state of every account by its e-mail.
func (h *host) accounts(ctx context.Context) (map[string]multiaccount.AccountStatus, error) {
	all := map[string]multiaccount.AccountStatus{}
	for _, f := range flavours() {
		statuses, err := h.pools[f].Accounts(ctx)
		if err != nil {
			return nil, err
		}
		for _, s := range statuses {
			all[s.Email] = s
		}
	}
	return all, nil
}
