package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/seed-810f1486/multiaccount/internal/agents"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers/configured"
	"github.com/seed-810f1486/multiaccount/settings"
)

// geminiAddress is where Google serves Gemini.
const geminiAddress = "https://generativelanguage.googleapis.com"

// servedFor returns the providers that there are accounts of. It is an error when the
// agent can use none of them. Nothing is decrypted for that.
func servedFor(dir string, a agents.Agent) ([]string, error) {
	user, err := settings.Load(filepath.Join(dir, settings.FileName))
	if err != nil {
		return nil, err
	}
	var known, served []string
	for _, p := range configured.All(user) {
		known = append(known, p.Name())
		if user.Store.Kind == settings.StoreEtcd || persistence.HasAccounts(dir, p.Name()) {
			served = append(served, p.Name())
		}
	}
	canUse := func(provider string) bool { return slices.Contains(a.Providers, provider) }
	switch {
	case len(a.Providers) == 0 || slices.ContainsFunc(served, canUse):
		return served, nil
	case !slices.ContainsFunc(known, canUse):
		return nil, &codedError{codeNoAccounts, fmt.Errorf("%s needs a provider that is not in the settings yet: call \"multiaccount config set providers.gemini.base_url %s\", then \"multiaccount accounts add gemini\"", a.Title, geminiAddress)}
	case !canUse("anthropic") && !canUse("openai"):
		return nil, &codedError{codeNoAccounts, fmt.Errorf("there are no accounts for %s yet: \"multiaccount accounts add %s\" takes an API key", a.Title, a.Providers[0])}
	}
	return nil, &codedError{codeNoAccounts, fmt.Errorf("there are no accounts for %s yet: \"multiaccount login %s\" adds one", a.Title, a.Providers[0])}
}
