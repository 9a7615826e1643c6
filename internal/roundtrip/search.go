package roundtrip

import (
	"context"
	"errors"

	"github.com/seed-810f1486/multiaccount/actors"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// search looks for an account that serves a request, and tries each once between
// two waits.
type search struct {
	wish policy.Request
	// pin is the host's; wish.Pin may be the account to be asked again.
	pin string
	// failed is why the latest account had no token.
	failed error
	// held is the account whose refresh is held up, and none is why no other can
	// serve: then that one is waited for.
	held string
	none error
}

// next asks for an account. again is set when there is none, and another ask may
// help; err is final otherwise.
func (s *search) next(ctx context.Context, accounts *actors.Pool) (leased messages.TokenLeased, again bool, err error) {
	if s.none != nil {
		leased, err = s.waitForHeld(ctx, accounts)
		return leased, false, err
	}
	leased, err = accounts.Select(ctx, &s.wish)
	s.wish.Waited = leased.Waited
	if leased.Parked {
		s.wish.Exclude = nil
	}
	if err != nil {
		again, err = s.turn(&leased, err)
	} else {
		s.failed, s.held = nil, ""
	}
	return leased, again, err
}

// turn reports whether another ask may help after one that ended with err, and
// returns what the search ends with otherwise.
func (s *search) turn(leased *messages.TokenLeased, err error) (again bool, final error) {
	switch {
	case isRefusal(err, messages.RefusedHeldUp):
		s.held = leased.AccountID
		s.pass(s.held)
		return true, nil
	case s.held != "" && isNoOther(err):
		s.none = err
		return true, nil
	case s.failed != nil && isRefusal(err, messages.RefusedTried):
		return false, s.failed
	case isGone(err) && leased.AccountID != "":
		return true, nil // the account left while the ask waited for its token
	case s.wish.Pin != s.pin: // the account to be asked again cannot serve any more
		s.pass(s.wish.Pin)
		return true, nil
	case leased.AccountID == "" || leased.Pin != "":
		return false, err
	}
	s.failed = err
	s.pass(leased.AccountID)
	return true, nil
}

// pass has the next ask pass over an account that was tried.
func (s *search) pass(id string) {
	s.wish.Pin, s.wish.Movable = s.pin, false
	s.wish.Exclude = append(s.wish.Exclude, id)
}

// again has the next ask prefer the account that was tried, or whom the request
// is pinned to.
func (s *search) again(id string, pinned bool) {
	s.wish.Pin, s.wish.Movable = s.pin, false
	if !pinned {
		s.wish.Pin, s.wish.Movable = id, true
	}
}

// waitForHeld leases the account whose refresh is held up.
func (s *search) waitForHeld(ctx context.Context, accounts *actors.Pool) (messages.TokenLeased, error) {
	wish, none := s.wish, s.none
	wish.Pin, wish.Movable, wish.Exclude = s.held, false, nil
	s.failed, s.held, s.none = nil, "", nil
	leased, err := accounts.Select(ctx, &wish)
	if isRefusal(err, messages.RefusedPin) {
		return leased, none
	}
	return leased, err
}

// isNoOther reports whether err says that no other account can serve.
func isNoOther(err error) bool {
	return isRefusal(err, messages.RefusedTried) || isRefusal(err, messages.RefusedLimited) || isRefusal(err, messages.RefusedLogin)
}

// isGone reports whether err says that there is no such account any more.
func isGone(err error) bool { return isRefusal(err, messages.RefusedUnknown) }

func isRefusal(err error, reason messages.RefusalReason) bool {
	var refused *messages.RefusalError
	return errors.As(err, &refused) && refused.Reason == reason
}
