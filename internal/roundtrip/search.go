package roundtrip

import (
	"context"
	"errors"

	"github.com/seed-810f1486/multiaccount/actors"
	"github.com/seed-810f1486/multiaccount/messages"
)

// search finds an account that serves a request. Between two waits it tries each
// account once.
type search struct {
	ask *messages.SelectAccount
	// pin is the host's; the ask's may be the account to ask again.
	pin string
	// failed is why the latest account could not lease a token.
	failed error
	// heldUp is the account whose refresh is held up; none is why no other
	// account can serve. The search then waits for that one.
	heldUp string
	none   error
}

// next asks for an account. again is set when it got none and another ask may
// help; otherwise err is final. leased stays until the next call.
func (s *search) next(ctx context.Context, accounts *actors.Pool) (leased *messages.TokenLeased, again bool, err error) {
	if s.none != nil {
		leased, err = s.waitForHeldUp(ctx, accounts)
		return leased, false, err
	}
	leased, err = accounts.Select(ctx, s.ask)
	if err != nil {
		again, err = s.afterError(leased, err)
	} else {
		s.failed, s.heldUp = nil, ""
	}
	return leased, again, err
}

// afterError reports whether another ask may help after one that failed with err.
// If not, it returns the final error of the search.
func (s *search) afterError(leased *messages.TokenLeased, err error) (again bool, final error) {
	switch {
	case isRefusal(err, messages.RefusedHeldUp):
		s.heldUp = leased.AccountID
		s.exclude(s.heldUp)
		return true, nil
	case s.heldUp != "" && isNoOther(err):
		s.none = err
		return true, nil
	case s.failed != nil && isRefusal(err, messages.RefusedTried):
		return false, s.failed
	case isGone(err) && leased.AccountID != "":
		return true, nil // the account was removed while the ask waited for its token
	case s.ask.Pin != s.pin: // the account to ask again can no longer serve
		s.exclude(s.ask.Pin)
		return true, nil
	case leased.AccountID == "" || leased.Pin != "":
		return false, err
	}
	s.failed = err
	s.exclude(leased.AccountID)
	return true, nil
}

// exclude leaves an account that was tried out of the next ask.
func (s *search) exclude(id string) {
	s.ask.Pin, s.ask.Movable = s.pin, false
	s.ask.Exclude = append(s.ask.Exclude, id)
}

// prefer makes the next ask prefer the account that was tried, unless the request
// is pinned.
func (s *search) prefer(id string, pinned bool) {
	s.ask.Pin, s.ask.Movable = s.pin, false
	if !pinned {
		s.ask.Pin, s.ask.Movable = id, true
	}
}

// waitForHeldUp leases the account whose refresh is held up.
func (s *search) waitForHeldUp(ctx context.Context, accounts *actors.Pool) (*messages.TokenLeased, error) {
	own, none := messages.NewSelectAccount(), s.none
	own.Request = s.ask.Request
	own.Pin, own.Movable, own.Exclude = s.heldUp, false, nil
	s.failed, s.heldUp, s.none = nil, "", nil
	leased, err := accounts.Select(ctx, own)
	if isRefusal(err, messages.RefusedPin) {
		return leased, none
	}
	return leased, err
}

// isNoOther reports whether err says that no other account can serve.
func isNoOther(err error) bool {
	return isRefusal(err, messages.RefusedTried) || isRefusal(err, messages.RefusedLimited) || isRefusal(err, messages.RefusedLogin)
}

// isGone reports whether err says that the account no longer exists.
func isGone(err error) bool { return isRefusal(err, messages.RefusedUnknown) }

func isRefusal(err error, reason messages.RefusalReason) bool {
	var refused *messages.RefusalError
	return errors.As(err, &refused) && refused.Reason == reason
}
