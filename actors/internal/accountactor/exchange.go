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

// exchangeFailed is what an account tells itself when the token endpoint
// gave no token, and nothing that ends the login.
type exchangeFailed struct {
	spent string
	err   error
}

// refreshGranted spends the refresh token, on a goroutine of its own: whoever
// waits may give up without ending the exchange. What comes of it goes to the
// store from there, so that not even the end of this actor loses the login.
//
// While the latest token is not stored yet, it is the one to spend: the stored
// one was spent for it.
//
// A token that an earlier exchange may have spent is tried once more, but only
// when there is no way around it: see [messages.RefreshInterrupted].
func (a *actor) refreshGranted(m *messages.RefreshGranted) {
	if !a.refresh.running {
		return // to an incarnation that ended, and has taken it back
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
		if commit.Grant, err = a.exchange(ctx, creds); err != nil {
			commit.Fault = faultOf(err, m.Interrupted, refusals, a.Now())
		}
		if err == nil || commit.Fault != nil {
			a.Writer.Tell(commit)
			return
		}
		a.Writer.Tell(&messages.AbortRefresh{Key: commit.Key, Unspent: spentNothing(err), Cut: errors.Is(err, context.Canceled)})
		a.self.Tell(&exchangeFailed{spent: spent, err: err})
	})
}

// faultOf returns the fault of a login whose refresh token was refused for
// good; nil when err says less, and is no refusal that lasts. interrupted is the
// earlier exchange of the same token, if there was one: that is what has spent it.
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

// isFinal reports whether a refusal ends the login: by its code, or since it
// lasts.
func isFinal(refused *providers.RefreshError, earlier account.Refusals, now time.Time) bool {
	return refused.Terminal || refused.Lasts() && earlier.And(refused.Code, now).Final(now)
}

// spentNothing reports whether err proves that the exchange did not spend the
// refresh token.
func spentNothing(err error) bool {
	var failed *providers.RefreshError
	return errors.As(err, &failed) && (failed.Refused() || failed.NothingSent())
}

// exchange calls the provider. A server that returns no refresh token means the
// one it was sent (RFC 6749 section 6). An end that lies before the request shows a
// wrong clock, and is none.
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

// exchangeFailed backs off. A refusal of which it is not known whether it is
// final is counted.
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
