package simulation

import (
	"fmt"

	"github.com/seed-810f1486/multiaccount/policy"
)

// Result is what came of one strategy with one load.
type Result struct {
	Requests, Served int
	// Asked, Done and Best are work, in tokens: what was asked for, what was
	// served, and what no one could exceed.
	Asked, Done, Best int64
	Conversations     int
	// Switches counts requests served by another account than the one before in
	// the same conversation, Limited how often an account was found limited.
	Switches, Limited int
	// Lost is the quota of 7-day windows that ended unused, Ended all that those
	// windows had.
	Lost, Ended int64
	// Needless counts switches of a conversation away from an account that was
	// not limited, and repeated ones away from the same limit.
	Needless int
}

// state is a simulation under way.
type state struct {
	Result
	pool     *policy.Pool
	accounts []*account
	// last is the account of each conversation, left the limits it moved from.
	last map[int]*account
	left map[departure]bool
}

// departure is a conversation that leaves an account for one of its limits.
type departure struct {
	conversation int
	from         *account
	limit        int
}

// Run plays a load under a strategy.
func Run(strategy string, requests []request) (Result, error) {
	pool, err := policy.NewPool(policy.Options{Strategy: strategy})
	if err != nil {
		return Result{}, err
	}
	s := &state{pool: pool, accounts: newAccounts(), last: map[int]*account{}, left: map[departure]bool{}}
	for _, a := range s.accounts {
		pool.Put(a.facts(), instant(0))
	}
	for _, r := range requests {
		s.play(r)
	}
	for _, a := range s.accounts {
		a.roll(days * day)
		s.Lost, s.Ended = s.Lost+a.long.lost, s.Ended+a.long.gone
		s.Limited += a.limits
	}
	s.Conversations = len(s.last)
	return s.Result, nil
}

// play asks accounts until one serves, or none is left; then the request is lost.
func (s *state) play(r request) {
	s.Requests++
	s.Asked += r.cost
	ask := policy.Request{Affinity: fmt.Sprint(r.conversation)}
	for {
		c := s.pool.Select(&ask, instant(r.at))
		if !c.OK {
			return
		}
		a := s.accounts[c.Slot]
		served := a.serve(r.at, r.cost)
		s.pool.Put(a.facts(), instant(r.at))
		if served {
			s.served(r, a)
			return
		}
		ask.Exclude = append(ask.Exclude, a.id)
	}
}

func (s *state) served(r request, by *account) {
	s.Served++
	s.Done += r.cost
	if from := s.last[r.conversation]; from != nil && from != by {
		s.Switches++
		d := departure{r.conversation, from, from.limits}
		if from.coolUntil <= r.at || s.left[d] {
			s.Needless++
		}
		s.left[d] = true
	}
	s.last[r.conversation] = by
}
