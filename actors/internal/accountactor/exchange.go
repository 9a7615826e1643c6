package accountactor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/providers"
)

// exchangeFailed is a message of the account to itself: the exchange returned no
// token, and no refusal that ends the login.
type exchangeFailed struct {
	spent string
	err   error
}

// refreshGranted spends the refresh token, on a goroutine of its own: a caller
// that gives up does not end the exchange. That goroutine sends the result to the
// store itself, so the login is kept even when this actor ends first.
//
// While the latest refresh token is not stored yet, that one is spent: the stored
// one was spent to get it.
//
// A token that an earlier exchange may have spent is sent once more, but only
// when the refresh cannot be avoided: see [messages.RefreshInterrupted].
func (a *actor) refreshGranted(m *messages.RefreshGranted) {
	if !a.refresh.running {
		return // meant for an incarnation that has ended and canceled its refresh
	}
	a.endHold()
	a.adopt(m.Record)
	creds, refusals := a.record.Credentials, a.record.Refusals
	spent := creds.RefreshToken.Fingerprint()
	commit := &messages.CommitRefresh{
		Key: a.key(), Spent: []string{spent, m.Record.Credentials.RefreshToken.Fingerprint()},
		Generation: a.record.Generation, ReplyTo: a.self,
	}
	a.refresh.exchanging = true
	a.Exchange(func() {
		ctx, cancel := context.WithTimeout(a.Running, a.Provider.RefreshTimeout())
		defer cancel()
		var err error
		if a.lapses(m.Until) {
			err = &lapsedError{m.Until}
		} else if commit.Grant, err = a.exchange(ctx, creds); err != nil {
			commit.Fault = faultOf(err, m.Interrupted, refusals, a.Now())
		}
		commit.AnsweredAt = a.Now()
		if err == nil || commit.Fault != nil {
			a.Writer.Tell(commit)
			return
		}
		a.Writer.Tell(&messages.AbortRefresh{Key: commit.Key, Unspent: spentNothing(err), Cut: errors.Is(err, context.Canceled)})
		a.self.Tell(&exchangeFailed{spent: spent, err: err})
	})
}

// lapses reports whether a lock that lasts until then may end before an exchange
// that begins now. Both clocks are asked: one of them stands still while a machine
// sleeps, the other can be set.
func (a *actor) lapses(until time.Time) bool {
	end := a.Now().Add(a.Provider.RefreshTimeout())
	return !until.IsZero() && (end.After(until) || end.Round(0).After(until.Round(0)))
}

// lapsedError is the error of an exchange that was not begun.
type lapsedError struct{ until time.Time }

func (e *lapsedError) Error() string {
	return "the account's lock may have ended at " + e.until.Format(time.RFC3339) + ", before the exchange began: nothing was sent"
}

// faultOf returns the fault of a login whose refresh token was refused for good;
// nil when err is not such a refusal. interrupted is an earlier exchange of the same
// token whose outcome was never saved, nil for none. If there was one, it probably
// spent the token.
func faultOf(err error, interrupted *account.Intent, earlier account.Refusals, now time.Time) *account.Fault {
	var refused *providers.RefreshError
	switch {
	case !errors.As(err, &refused) || !isFinal(refused, earlier, now):
		return nil
	case interrupted != nil:
		return &account.Fault{Kind: account.FaultLost, Reason: interrupted.Lost(), At: now, Terminal: true}
	}
	reason := "the provider refused its refresh token (" + refused.Code + ")"
	return &account.Fault{Kind: account.FaultReauth, Reason: reason, At: now, Terminal: true}
}

// isFinal reports whether a refusal ends the login: because of its code, or
// because it has been repeated for long enough.
func isFinal(refused *providers.RefreshError, earlier account.Refusals, now time.Time) bool {
	return refused.Terminal || refused.Lasts() && earlier.And(refused.Code, now).Final(now)
}

// spentNothing reports whether err proves that the exchange did not spend the
// refresh token.
func spentNothing(err error) bool {
	var lapsed *lapsedError
	if errors.As(err, &lapsed) {
		return true
	}
	var failed *providers.RefreshError
	return errors.As(err, &failed) && (failed.Refused() || failed.NothingSent())
}

// exchange calls the provider. An answer without a refresh token means that the
// one which was sent stays valid (RFC 6749 section 6). An expiry before the time
// of the request shows a wrong clock, and is ignored.
func (a *actor) exchange(ctx context.Context, creds account.Credentials) (account.Grant, error) {
	sent := a.Now()
	grant, err := a.Provider.Refresh(ctx, creds)
	if err == nil && grant.AccessToken.IsZero() {
		err = fmt.Errorf("provider %s returned no access token", a.Provider.Name())
	}
	if grant.RefreshToken.IsZero() {
		grant.RefreshToken = creds.RefreshToken
	}
	if !grant.ExpiresAt.After(sent) {
		grant.ExpiresAt = time.Time{}
	}
	grant.GrantedAt = sent
	return grant, err
}

// exchangeFailed backs off. It counts a refusal that may or may not be final.
func (a *actor) exchangeFailed(m *exchangeFailed) {
	var refused *providers.RefreshError
	if errors.As(m.err, &refused) && refused.Lasts() {
		now, spent := a.Now(), m.spent
		a.apply(func(r *account.Record) {
			if r.Credentials.RefreshToken.Fingerprint() == spent {
				r.Refusals = r.Refusals.And(refused.Code, now)
			}
		}, false, nil)
	}
	a.refreshFailed(m.err)
}
