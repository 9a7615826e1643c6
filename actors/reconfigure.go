package actors

import (
	"context"
	"time"

	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

// reconfigure changes how a pool works. [Pool.Apply] sends it to the supervisor,
// which answers, and to its helpers. It is not in package messages, which knows
// nothing of policy.
type reconfigure struct {
	config PoolConfig
	reply  *messages.Reply[messages.Acknowledged]
}

// Fail answers the ask with err.
func (m *reconfigure) Fail(err error) { m.reply.Send(messages.Acknowledged{Err: err}) }

// Apply makes the pool work by other settings. Provider, Publish and Reread stay
// as they were. What is under way ends by the old ones.
func (p *Pool) Apply(ctx context.Context, c PoolConfig) error {
	m := &reconfigure{config: c, reply: messages.NewReply[messages.Acknowledged]()}
	if err := acknowledged(ask(ctx, p.supervisor, m, m.reply)); err != nil {
		return err
	}
	p.refresher.Tell(m)
	if p.poller != nil {
		p.poller.Tell(m)
	}
	return nil
}

func (s *supervisor) reconfigure(m *reconfigure) {
	now := s.wallNow()
	if err := s.selection.Reconfigure(m.config.Selection, policy.At(now)); err != nil {
		m.Fail(err)
		return
	}
	s.tuning.Store(&m.config.Tuning)
	s.config.Selection, s.config.Tuning, s.config.MaxWait = m.config.Selection, m.config.Tuning, m.config.MaxWait
	s.switchClaims(m.config.Claims)
	for _, known := range s.order {
		s.put(known, now) // what limits it may be allowed now, or not any more
	}
	m.reply.Send(messages.Acknowledged{})
	s.serveParked(now)
}

// switchClaims begins or ends to keep out of others' way.
func (s *supervisor) switchClaims(on bool) {
	if on == s.config.Claims {
		return
	}
	s.config.Claims = on
	now := policy.At(s.wallNow())
	for id := range s.claims.theirs {
		s.selection.SetClaimed(id, on, now)
	}
	if on {
		return // what this process uses is told with its next use
	}
	for _, m := range s.claims.mine {
		m.claimed = false
	}
	s.claims.mine = nil
	s.store.Tell(&messages.ClaimAccounts{Provider: s.provider.Name()})
}

func (r *refresher) reconfigure(c *ProactiveConfig) {
	r.config = c
	r.due = r.wallNow().Add(r.spread(firstLook))
	r.tick()
}

func (p *poller) reconfigure(interval time.Duration) {
	p.interval = interval
	p.tick(firstLook)
}
