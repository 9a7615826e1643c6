package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
)

// examineKeys asks the providers whether the API keys of the accounts work, all at
// once. A provider without such a question is not asked.
func (o *session) examineKeys(ctx context.Context, accounts []entry) []finding {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	answers := make([]*finding, len(accounts))
	var asking sync.WaitGroup
	for i := range accounts {
		if e := &accounts[i]; e.Kind == account.APIKey && e.Enabled {
			asking.Go(func() { answers[i] = o.examineKey(ctx, e) })
		}
	}
	asking.Wait()
	var found []finding
	for _, answer := range answers {
		if answer != nil {
			found = append(found, *answer)
		}
	}
	return found
}

// examineKey returns nil when there is nothing to say.
func (o *session) examineKey(ctx context.Context, e *entry) *finding {
	p, _, err := o.provider(e.Provider)
	if err == nil {
		err = o.checkStored(ctx, p, e.ID)
	}
	_, refused := errors.AsType[*providers.KeyRefusedError](err)
	f := fine(e.Provider, e.name()+": the provider says that its API key works")
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return nil
	case refused:
		f = problem(e.Provider, e.name()+": "+err.Error(), newKeyFix(e))
		f.owner = true
	case err != nil:
		f = warning(e.Provider, fmt.Sprintf("%s: its API key could not be checked: %v", e.name(), err), "")
	}
	return &f
}

func (o *session) checkStored(ctx context.Context, p providers.Provider, id string) error {
	r, err := o.store.Read(ctx, persistence.Key{Provider: p.Name(), ID: id})
	if err != nil {
		return err
	}
	return login.CheckKey(ctx, p, r.Credentials.APIKey)
}

// newKeyFix is the command that gives an account another API key.
func newKeyFix(e *entry) string {
	return fmt.Sprintf("multiaccount accounts set-key %s < key.txt", e.ID)
}
