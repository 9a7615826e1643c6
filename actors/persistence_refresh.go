package actors

import (
	"context"
	"fmt"
	"os"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/failpoint"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// begin has the account's lock taken for a refresh, once the last refresh of
// this account has given it back.
func (p *persister) begin(m *messages.BeginRefresh) {
	l := p.lane(m.Key)
	if l.begin != nil {
		m.ReplyTo.Tell(&messages.RefreshDenied{Err: fmt.Errorf("account %s: a refresh is already about to begin", m.Key.ID)})
		return
	}
	l.begin = m
	p.advance(l)
}

// takeLock waits for the account's lock, outside the mailbox, and has an
// intent stored before anyone may spend the refresh token.
func (p *persister) takeLock(l *lane) {
	ctx, cancel := context.WithTimeout(p.system.running, lockDeadline)
	begin := l.begin
	l.busy, l.begin, l.giveUp = true, nil, cancel
	p.system.task(func() {
		defer cancel()
		taken := &lockTaken{lane: l, begin: begin}
		if taken.locked, taken.err = p.store.Lock(ctx, persistence.Key(l.key)); taken.err == nil {
			failpoint.Here("refresh.locked")
			p.intend(taken, begin.Generation)
			failpoint.Here("refresh.intended")
		}
		p.self.Tell(taken)
	})
}

// intend stores the intent of an exchange, unless there is a newer login to
// adopt. The intent of an earlier exchange that nobody finished stays: what it
// tells is older.
func (p *persister) intend(t *lockTaken, known uint64) {
	stored := t.locked.Record()
	if stored.Generation > known {
		return
	}
	if t.interrupted, t.err = t.locked.Intent(); t.err == nil && t.interrupted == nil {
		t.err = t.locked.Intend(account.Intent{
			Token: stored.Credentials.RefreshToken.Fingerprint(), At: p.system.wallNow(), Process: os.Getpid(),
		})
	}
	if t.err != nil {
		p.release(t.locked)
		t.locked = nil
	}
}

// lockTaken goes on with a refresh, unless it is not wanted any more.
func (p *persister) lockTaken(m *lockTaken) {
	l, begin := m.lane, m.begin
	l.busy, l.giveUp, l.lock = false, nil, m.locked
	switch {
	case l.ended:
	case m.err != nil:
		begin.ReplyTo.Tell(&messages.RefreshDenied{Err: m.err})
	case m.locked.Record().Generation > begin.Generation:
		begin.ReplyTo.Tell(&messages.RefreshAdopted{Record: m.locked.Record()})
		l.ended = true
	default:
		begin.ReplyTo.Tell(&messages.RefreshGranted{Record: m.locked.Record(), Interrupted: m.interrupted})
	}
	p.advance(l)
}

// cancelRefresh ends a refresh that its account has not taken up, wherever it
// is by now. One that waits for its turn leaves alone the one before it.
func (p *persister) cancelRefresh(l *lane) {
	switch {
	case l.begin != nil:
		l.begin = nil
	case l.giveUp != nil:
		l.ended = true
		l.giveUp()
	default:
		l.ended = true
	}
	p.advance(l)
}

// unlock ends a refresh.
func (p *persister) unlock(l *lane) {
	locked, settled := l.lock, l.settled
	l.ended, l.settled, l.lock = false, false, nil
	if locked != nil {
		p.system.task(func() {
			failpoint.Here("refresh.ended")
			if settled {
				p.settle(locked)
			}
			failpoint.Here("refresh.settled")
			p.release(locked)
		})
	}
	p.advance(l)
}

// settle forgets an intent. One that stays is told apart by its token.
func (p *persister) settle(locked persistence.Locked) {
	if err := locked.Settle(); err != nil {
		p.system.log.Warn().Err(err).Msg("an intent could not be removed; it says that a refresh token may be spent, which it is not")
	}
}

func (p *persister) release(locked persistence.Locked) {
	if err := locked.Unlock(); err != nil {
		p.system.log.Warn().Err(err).Msg("an account's lock could not be given back")
	}
}
