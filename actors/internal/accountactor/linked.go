package accountactor

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/messages"
)

// originRead is what an account tells itself of the file that its linked login
// comes from.
type originRead struct {
	grant account.Grant
	err   error
	// adopt is set when the login is to become this engine's own.
	adopt *messages.AdoptLogin
}

// readOrigin reads what the program that a linked login belongs to has stored.
// No token is spent.
func (a *actor) readOrigin(adopt *messages.AdoptLogin) {
	origin := *a.record.Origin
	a.Exchange(func() {
		ctx, cancel := context.WithTimeout(a.Running, a.Provider.RefreshTimeout())
		defer cancel()
		grant, err := a.Reread(ctx, origin)
		a.self.Tell(&originRead{grant: grant, err: err, adopt: adopt})
	})
}

func (a *actor) originRead(m *originRead) {
	switch {
	case m.adopt != nil:
		a.finishAdoption(m)
	case !a.refresh.running:
	default:
		a.finishReread(m)
	}
}

// finishReread takes the program's newer token over, or says that there is none.
func (a *actor) finishReread(m *originRead) {
	err := a.unfit(m)
	if err == nil && m.grant.AccessToken.Equal(a.record.Credentials.AccessToken) {
		err = a.stale("the token there has not been renewed")
	}
	if err != nil {
		a.refreshFailed(err)
		return
	}
	a.apply(func(r *account.Record) { takeOver(r, m.grant) }, false, nil)
	a.refreshSucceeded(true)
}

// unfit says why what was read does not belong to this account; nil when it does.
func (a *actor) unfit(m *originRead) error {
	r, told := a.record, &m.grant
	differs := func(known, now string) bool { return known != "" && now != "" && known != now }
	switch {
	case m.err != nil:
		return a.stale(m.err.Error())
	case told.AccessToken.IsZero():
		return a.stale("there is no access token")
	case differs(r.Subject, told.Subject), differs(r.Organization, told.Organization):
		return a.stale("it now holds the login of another account")
	}
	return nil
}

// stale is the error of a linked login that its program has to renew.
func (a *actor) stale(detail string) error {
	o := a.record.Origin
	return a.refusal(printable.Text(fmt.Sprintf("its login is linked to %s in %s (%s): use that program, or adopt the account", o.Format, o.Path, detail)))
}

// takeOver makes the program's token the account's, unless it is already.
func takeOver(r *account.Record, told account.Grant) {
	if r.Lineage == account.Linked && !r.Credentials.AccessToken.Equal(told.AccessToken) {
		r.Apply(told)
	}
}

// adoptLogin makes a linked login this engine's own, with the tokens that its
// program has now.
func (a *actor) adoptLogin(m *messages.AdoptLogin) {
	switch {
	case a.drain != nil:
		m.Fail(messages.ErrStopped)
	case a.record.Lineage != account.Linked:
		m.Reply.Send(messages.Acknowledged{})
	case a.record.Origin == nil:
		a.change(adopt, m.Reply)
	default:
		a.readOrigin(m)
	}
}

// finishAdoption takes what the account has when its source is gone.
func (a *actor) finishAdoption(m *originRead) {
	if err := a.unfit(m); err != nil && m.err == nil {
		m.adopt.Fail(err)
		return
	}
	if m.err == nil {
		a.apply(func(r *account.Record) { takeOver(r, m.grant) }, false, nil)
	}
	if a.record.Credentials.RefreshToken.IsZero() {
		m.adopt.Fail(errors.Join(a.refusal("it has no refresh token, so that nobody can renew it; log in again"), m.err))
		return
	}
	a.change(adopt, m.adopt.Reply)
}

func adopt(r *account.Record) { r.Lineage, r.Origin = account.Owned, nil }
