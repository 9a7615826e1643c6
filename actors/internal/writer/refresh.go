package writer

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/failpoint"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// begin takes the account's lock for a refresh, once the refresh before it has
// released it.
func (p *writer) begin(m *messages.BeginRefresh) {
	l := p.lane(m.Key)
	if l.begin != nil {
		m.ReplyTo.Tell(&messages.RefreshDenied{Err: fmt.Errorf("account %s: a refresh is already about to begin", m.Key.ID)})
		return
	}
	l.begin = m
	p.advance(l)
}

// lockTaken is a message of the writer to itself: whether a refresh may begin.
type lockTaken struct {
	lane  *lane
	begin *messages.BeginRefresh
	// answer is for the account; locked is nil unless the refresh token may be
	// spent.
	answer   any
	locked   persistence.Locked
	spending *spending
}

// spending is the intent of an exchange under way.
type spending struct {
	// mine is the stored intent; before is the one it replaced, nil for none.
	mine   account.Intent
	before *account.Intent
}

// takeLock waits for the account's lock, on a goroutine, and stores an intent
// before the refresh token may be spent.
func (p *writer) takeLock(l *lane) {
	ctx, cancel := context.WithTimeout(p.system.Running, lockDeadline)
	begin := l.begin
	l.busy, l.begin, l.giveUp = true, nil, cancel
	p.system.Task(func() {
		defer cancel()
		taken := &lockTaken{lane: l, begin: begin}
		locked, err := p.store.Lock(ctx, persistence.Key(l.key))
		if err != nil {
			taken.answer = &messages.RefreshDenied{Err: err}
		} else {
			failpoint.Here("refresh.locked")
			p.prepare(ctx, taken, locked)
			failpoint.Here("refresh.intended")
		}
		p.self.Tell(taken)
	})
}

// prepare decides, while it holds the lock, how a refresh goes on. It releases
// the lock unless the token may be spent.
func (p *writer) prepare(ctx context.Context, t *lockTaken, locked persistence.Locked) {
	answer, err := p.forestalled(ctx, t.begin, locked)
	if err == nil && answer == nil {
		answer, err = p.intend(ctx, t, locked)
	}
	if err != nil {
		answer = &messages.RefreshDenied{Err: err}
	}
	t.answer = answer
	if t.spending == nil {
		p.release(locked)
		return
	}
	t.locked = locked
}

// forestalled answers a refresh whose token must not be spent now, because of
// what another process did; nil when it may be spent.
func (p *writer) forestalled(ctx context.Context, begin *messages.BeginRefresh, locked persistence.Locked) (any, error) {
	stored := locked.Record()
	switch {
	case stored.Generation < begin.Generation: // the token to be spent is not stored yet, so nobody else has it
		return nil, nil //nolint:nilnil // it may be spent
	case stored.Generation > begin.Generation, stored.Refused():
		return &messages.RefreshAdopted{Record: stored}, nil
	}
	found, err := locked.Intent()
	if err != nil || found == nil {
		return nil, err
	}
	until := found.OnItsWay(p.system.Now(), begin.Timeout)
	switch {
	case begin.Ahead:
		return &messages.RefreshInterrupted{Record: stored}, nil
	case found.SentTwice():
		return p.lose(ctx, locked, found)
	case !until.IsZero():
		return &messages.RefreshInterrupted{Record: stored, Until: until}, nil
	}
	return nil, nil //nolint:nilnil // it may be sent once more
}

// lose records that a login is lost: its token was sent twice, and no answer was
// saved. To send it a third time would show nothing new.
func (p *writer) lose(ctx context.Context, locked persistence.Locked, found *account.Intent) (any, error) {
	fault := account.Fault{Kind: account.FaultLost, Reason: found.Lost(), At: p.system.Now(), Terminal: true}
	stored, err := locked.Update(ctx, func(r *account.Record) { r.Fail(fault) })
	if err != nil {
		return nil, err
	}
	p.settle(locked)
	return &messages.RefreshAdopted{Record: stored}, nil
}

// intend stores the intent of an exchange. The intent of an earlier exchange that
// nobody finished is repeated, so that its time is kept. The intent of a stored
// token whose successor is not stored yet stays unchanged.
func (p *writer) intend(ctx context.Context, t *lockTaken, locked persistence.Locked) (any, error) {
	stored := locked.Record()
	found, err := locked.Intent()
	if err != nil {
		return nil, err
	}
	until, err := reserve(ctx, t.begin, locked)
	if err != nil {
		return nil, err
	}
	granted := &messages.RefreshGranted{Record: stored, Until: until}
	if found != nil && stored.Generation < t.begin.Generation {
		t.spending = &spending{mine: *found, before: found}
		return granted, nil
	}
	now := p.system.Now()
	mine := account.Intent{Token: stored.Credentials.RefreshToken.Fingerprint(), At: now, Process: os.Getpid(), Host: hostOf(locked)}
	if found != nil {
		mine = found.Repeat(now)
	}
	if err := locked.Intend(mine); err != nil {
		return nil, err
	}
	t.spending, granted.Interrupted = &spending{mine: mine, before: found}, found
	return granted, nil
}

// reserve has a lock that ends by itself outlast the exchange, and returns until
// when it lasts; zero for one that lasts as long as its process.
func reserve(ctx context.Context, begin *messages.BeginRefresh, locked persistence.Locked) (time.Time, error) {
	if l, ok := locked.(persistence.Lapsing); ok {
		return l.Reserve(ctx, begin.Longest)
	}
	return time.Time{}, nil
}

// hostOf is this machine, for a store that others share: a process number alone tells
// them little.
func hostOf(locked persistence.Locked) string {
	if _, shared := locked.(persistence.Lapsing); !shared {
		return ""
	}
	name, _ := os.Hostname() // an empty one tells as much
	return name
}

// lockTaken continues a refresh, unless it was canceled.
func (p *writer) lockTaken(m *lockTaken) {
	l := m.lane
	l.busy, l.giveUp, l.lock, l.spending = false, nil, m.locked, m.spending
	if l.ended {
		l.unspent()
	} else {
		m.begin.ReplyTo.Tell(m.answer)
	}
	p.advance(l)
}

// cancelRefresh ends a refresh whose exchange has not begun, at whatever step it
// is. One that still waits for its turn leaves the refresh before it alone.
func (p *writer) cancelRefresh(l *lane) {
	switch {
	case l.begin != nil:
		l.begin = nil
	case l.giveUp != nil:
		l.ended = true
		l.giveUp()
	default:
		l.ended = true
		l.unspent()
	}
	p.advance(l)
}

// abort ends a refresh that has no result to store.
func (p *writer) abort(m *messages.AbortRefresh) {
	l := p.lane(m.Key)
	l.ended = true
	switch {
	case m.Unspent:
		l.unspent()
	case l.spending != nil:
		left := l.spending.mine
		left.Again, left.Ended = false, !m.Cut
		l.leave = &left
	}
	p.advance(l)
}

// unspent restores the intent that was stored before an exchange that spent
// nothing.
func (l *lane) unspent() {
	if l.spending != nil {
		l.leave, l.settled = l.spending.before, l.spending.before == nil
	}
}

// unlock ends a refresh: it updates or removes the intent and releases the lock.
func (p *writer) unlock(l *lane) {
	locked, settled, leave := l.lock, l.settled, l.leave
	l.ended, l.settled, l.leave, l.lock, l.spending = false, false, nil, nil, nil
	if locked != nil {
		p.system.Task(func() {
			failpoint.Here("refresh.ended")
			switch {
			case leave != nil:
				p.keep(locked, leave)
			case settled:
				p.settle(locked)
			}
			failpoint.Here("refresh.settled")
			p.release(locked)
		})
	}
	p.advance(l)
}

// keep stores the intent of a token that may be spent. If that fails, the old
// intent still says so, and also that the request is still under way.
func (p *writer) keep(locked persistence.Locked, left *account.Intent) {
	if err := locked.Intend(*left); err != nil {
		p.system.Log.Warn().Err(err).Msg("an intent could not be changed; the next refresh of the account may have to wait")
	}
}

// settle removes an intent. If one stays, its token tells whether it still
// matters.
func (p *writer) settle(locked persistence.Locked) {
	if err := locked.Settle(); err != nil {
		p.system.Log.Warn().Err(err).Msg("an intent could not be removed; it says that a refresh token may be spent, although that is not so")
	}
}

func (p *writer) release(locked persistence.Locked) {
	if err := locked.Unlock(); err != nil {
		p.system.Log.Warn().Err(err).Msg("an account's lock could not be released")
	}
}
