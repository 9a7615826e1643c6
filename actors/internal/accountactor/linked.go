package accountactor

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/messages"
)

// originRead is a message of the account to itself: what was read from the file
// that its linked login comes from.
type originRead struct {
	grant account.Grant
	err   error
	// adopt is set when the login is to be adopted.
	adopt *messages.AdoptLogin
}

// readOrigin reads the login that the other program has stored. It spends no
// token.
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

// finishReread takes over the program's newer token, or fails when there is none.
func (a *actor) finishReread(m *originRead) {
	err := a.checkOrigin(m)
	if err == nil && m.grant.AccessToken.Equal(a.record.Credentials.AccessToken) {
		err = a.linkedError("the token there has not been renewed")
	}
	if err != nil {
		a.refreshFailed(err)
		return
	}
	a.apply(func(r *account.Record) { takeOver(r, m.grant) }, false, nil)
	a.refreshSucceeded(true)
}

// checkOrigin returns why the login that was read cannot be this account's; nil
// when it can.
func (a *actor) checkOrigin(m *originRead) error {
	r, told := a.record, &m.grant
	differs := func(known, now string) bool { return known != "" && now != "" && known != now }
	switch {
	case m.err != nil:
		return a.linkedError(m.err.Error())
	case told.AccessToken.IsZero():
		return a.linkedError("there is no access token")
	case differs(r.Subject, told.Subject), differs(r.Organization, told.Organization):
		return a.linkedError("it now holds the login of another account")
	}
	return nil
}

// linkedError is the error of a linked login that only its program can renew.
func (a *actor) linkedError(detail string) error {
	o := a.record.Origin
	return a.refusal(printable.Text(fmt.Sprintf("its login is linked to %s in %s (%s): use that program, or adopt the account", o.Format, o.Path, detail)))
}

// takeOver gives the account the program's token, unless it has it already.
func takeOver(r *account.Record, told account.Grant) {
	if r.Lineage == account.Linked && !r.Credentials.AccessToken.Equal(told.AccessToken) {
		r.Apply(told)
	}
}

// adoptLogin makes this engine the owner of a linked login, with the tokens that
// its program has now.
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

// finishAdoption adopts the login. When its source cannot be read, the account
// keeps the tokens that it has.
func (a *actor) finishAdoption(m *originRead) {
	if err := a.checkOrigin(m); err != nil && m.err == nil {
		m.adopt.Fail(err)
		return
	}
	if m.err == nil {
		a.apply(func(r *account.Record) { takeOver(r, m.grant) }, false, nil)
	}
	if a.record.Credentials.RefreshToken.IsZero() {
		m.adopt.Fail(errors.Join(a.refusal("it has no refresh token and cannot be renewed; log in again"), m.err))
		return
	}
	a.change(adopt, m.adopt.Reply)
}

func adopt(r *account.Record) { r.Lineage, r.Origin = account.Owned, nil }
