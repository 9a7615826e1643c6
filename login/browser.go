package login

import (
	"context"
	"fmt"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

// Browser logs in with a browser on this machine. When it listens for the
// callback, it calls show once with the address of the login page. show opens a
// browser there, or shows the address. An error of show ends the login.
//
// Browser waits until the provider sends the browser back, for as long as ctx
// allows. Only the first callback with this login's state counts; the page that
// it gets says how the login went. Errors: [*PortTakenError], [*DeniedError],
// and those that every method has: [*providers.LoginError], one that is
// [errors.ErrUnsupported] when the provider does not have the method, ctx's.
func Browser(ctx context.Context, p providers.Provider, show func(url string) error) (account.Grant, error) {
	source, err := sourceOf(p)
	if err != nil {
		return account.Grant{}, err
	}
	where := source.Callback()
	listeners, port, err := listen(ctx, p.Name(), where.Port)
	if err != nil {
		return account.Grant{}, err
	}
	a := newAttempt(p.Name(), source, redirectTo(where, port))
	back := serve(listeners, port, where, a)
	defer back.close()
	address, err := a.url()
	if err != nil {
		return account.Grant{}, err
	}
	if err := show(address); err != nil {
		return account.Grant{}, err
	}
	return back.await(ctx)
}

// await waits for the callback and tells the browser what came of it.
func (s *callback) await(ctx context.Context) (account.Grant, error) {
	select {
	case found := <-s.arrived:
		grant, err := s.attempt.redeem(ctx, found)
		s.decide(err)
		return grant, err
	case <-ctx.Done():
		return account.Grant{}, fmt.Errorf("login: nobody finished it in the browser: %w", context.Cause(ctx))
	}
}
