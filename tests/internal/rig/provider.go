package rig

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
)

// Plain is the name of [Provider], PlainURL where its requests go.
const (
	Plain    = "plain"
	PlainURL = "https://provider.test"
)

// Provider is a provider without a network: what it does is the test's. A nil
// function means what a friendly provider would do.
type Provider struct {
	*apikey.Provider
	// OnRefresh is the token endpoint.
	OnRefresh func(ctx context.Context, creds account.Credentials) (account.Grant, error)
	// OnAuthorize and OnClassify are called before the plain ones.
	OnAuthorize func()
	OnClassify  func(providers.Answer)

	refreshes atomic.Int64
}

// NewProvider returns a friendly provider.
func NewProvider() *Provider {
	return &Provider{Provider: apikey.New(apikey.Options{Name: Plain, BaseURL: PlainURL})}
}

// Refreshes returns how many exchanges have begun.
func (p *Provider) Refreshes() int { return int(p.refreshes.Load()) }

// Refresh implements [providers.Provider].
func (p *Provider) Refresh(ctx context.Context, creds account.Credentials) (account.Grant, error) {
	n := p.refreshes.Add(1)
	if p.OnRefresh != nil {
		return p.OnRefresh(ctx, creds)
	}
	return Grant(int(n)), nil
}

// Authorize implements [providers.Provider].
func (p *Provider) Authorize(req *http.Request, cred account.Credential) {
	if p.OnAuthorize != nil {
		p.OnAuthorize()
	}
	p.Provider.Authorize(req, cred)
}

// Classify implements [providers.Provider].
func (p *Provider) Classify(a providers.Answer) account.Verdict {
	if p.OnClassify != nil {
		p.OnClassify(a)
	}
	return p.Provider.Classify(a)
}

// Grant is the n-th login of a [Provider], good for an hour: "access-n" and
// "refresh-n".
func Grant(n int) account.Grant {
	return account.Grant{
		AccessToken:  account.NewSecret(fmt.Sprintf("access-%d", n)),
		RefreshToken: account.NewSecret(fmt.Sprintf("refresh-%d", n)),
		ExpiresAt:    time.Now().Add(time.Hour),
	}
}

// Login is an account of a [Provider] with tokens that are good for an hour:
// "access-name" and "refresh-name".
func Login(name string) multiaccount.NewAccount {
	return multiaccount.NewAccount{
		Label: name, Subject: name, AccessToken: "access-" + name, RefreshToken: "refresh-" + name,
		ExpiresAt: time.Now().Add(time.Hour),
	}
}

// Stale is Login with an access token that has ended.
func Stale(name string) multiaccount.NewAccount {
	a := Login(name)
	a.ExpiresAt = time.Now().Add(-time.Hour)
	return a
}

// Wire is an upstream in memory for a [Provider]. It is safe for concurrent use.
type Wire struct {
	mu     sync.Mutex
	next   map[string][]int
	tokens []string
}

// Next gives the next requests with this token these statuses, and 200 after.
func (w *Wire) Next(token string, statuses ...int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.next == nil {
		w.next = map[string][]int{}
	}
	w.next[token] = append(w.next[token], statuses...)
}

// Tokens returns the tokens of all requests, in their order.
func (w *Wire) Tokens() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.tokens...)
}

// RoundTrip implements [http.RoundTripper].
func (w *Wire) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer func() { _ = req.Body.Close() }() // nobody reads it
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: w.answer(strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")),
		Request:    req, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("answer")),
	}, nil
}

func (w *Wire) answer(token string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tokens = append(w.tokens, token)
	left := w.next[token]
	if len(left) == 0 {
		return http.StatusOK
	}
	w.next[token] = left[1:]
	return left[0]
}
