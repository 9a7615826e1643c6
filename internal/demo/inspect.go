package demo

import (
	"context"
	"fmt"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// inspect opens the state that a run has left behind, as the next program
// would, and has every account spend its refresh token and serve a request.
// It returns what does not work any more, one line for each login.
func (s *stage) inspect(ctx context.Context, dir string) (lost []string, err error) {
	s.srv.ResetWindows()
	h, err := openHost(ctx, dir, s.addresses())
	if err != nil {
		return nil, fmt.Errorf("opening the engine again: %w", err)
	}
	defer func() {
		if closing := h.close(ctx); err == nil && closing != nil {
			err = fmt.Errorf("closing the engine again: %w", closing)
		}
	}()
	states, err := h.accounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the accounts again: %w", err)
	}
	for _, acct := range s.accounts {
		if acct == s.revoked.Load() {
			continue
		}
		if fault := h.prove(ctx, acct, states[acct.Account().Email]); fault != nil {
			lost = append(lost, fmt.Sprintf("%s: %v", acct.Name(), fault))
		}
	}
	return lost, nil
}

// prove returns what is wrong with an account's login.
func (h *host) prove(ctx context.Context, acct *providertest.AccountHandle, s multiaccount.AccountStatus) error {
	flavour := acct.Account().Flavour
	switch s.State {
	case multiaccount.StateReady, multiaccount.StateCooling, multiaccount.StateBusy:
	case "":
		return fmt.Errorf("the account is not there any more")
	default:
		return fmt.Errorf("the account is %s: %s", s.State, s.Reason)
	}
	if err := h.pools[flavour].ResetCooldown(ctx, s.ID); err != nil {
		return fmt.Errorf("forgetting its limits: %w", err)
	}
	if err := h.pools[flavour].Refresh(ctx, s.ID); err != nil {
		return fmt.Errorf("refreshing its token: %w", err)
	}
	trace, err := h.request(multiaccount.WithAccount(ctx, s.ID), question{flavour: flavour})
	if err != nil {
		return fmt.Errorf("sending a request with it: %w", err)
	}
	if by := trace.answeredBy(); by != acct.Name() {
		return fmt.Errorf("its request was served by %s", by)
	}
	return nil
}
