package anthropic_test

import (
	"errors"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func TestCheckKey(t *testing.T) {
	srv := providertest.New(providertest.Options{})
	t.Cleanup(srv.Close)
	p := anthropic.New(anthropic.Options{BaseURL: srv.Endpoints(providertest.Anthropic).BaseURL})
	key := srv.AddAccount(providertest.Account{}).APIKey()
	if err := p.CheckKey(t.Context(), account.NewSecret(key)); err != nil || !p.IssuesKey(account.NewSecret(key)) {
		t.Errorf("a key that works: %v", err)
	}
	var refused *providers.KeyRefusedError
	if err := p.CheckKey(t.Context(), account.NewSecret("sk-ant-x")); !errors.As(err, &refused) || refused.Status != 401 {
		t.Errorf("a key that does not: %v", err)
	}
	srv.StartOutage(providertest.Anthropic, providertest.Unavailable())
	if err := p.CheckKey(t.Context(), account.NewSecret(key)); err == nil || errors.As(err, &refused) {
		t.Errorf("a provider in trouble: %v", err)
	}
	if p.IssuesKey(account.NewSecret("sk-proj-x")) {
		t.Error("another provider's key is taken for one of Anthropic's")
	}
}
