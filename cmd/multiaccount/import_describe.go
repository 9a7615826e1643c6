package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/seed-810f1486/multiaccount"
)

// describeTime bounds the questions about imported logins.
const describeTime = 15 * time.Second

// describe asks the providers whose the imported logins are, for their plans and for
// their quota, as a login does, and returns the report with that.
func (o *session) describe(ctx context.Context, report []multiaccount.ImportEntry) []importJSON {
	ctx, cancel := context.WithTimeout(ctx, describeTime)
	defer cancel()
	all := make([]importJSON, len(report))
	var asking sync.WaitGroup
	for i, e := range report {
		all[i] = importJSON{
			Path: e.Path, Name: e.Name, Format: e.Format, Provider: e.Provider, AccountID: e.AccountID, Label: e.Label,
			Linked: e.Linked, Result: e.Result, Reason: e.Reason, Note: e.Note,
		}
		if e.Result == multiaccount.ImportTaken && e.AccountID != "" {
			asking.Go(func() { all[i].ask(ctx, o) })
		}
	}
	asking.Wait()
	return all
}

// ask completes an account that works whatever comes of it.
func (e *importJSON) ask(ctx context.Context, o *session) {
	_, pool, err := o.provider(e.Provider)
	if err == nil {
		err = pool.RefreshUsage(ctx, e.AccountID)
	}
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		e.Untold = err.Error()
	}
	if known, err := o.find(context.WithoutCancel(ctx), e.Provider, e.AccountID); err == nil {
		e.Label, e.Email, e.Plan = known.Label, known.Email, known.Plan
	}
}
