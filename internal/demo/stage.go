package demo

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/wait"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// tokenDelay is how long the token endpoint takes, so that many requests wait
// for one refresh.
const tokenDelay = 20 * time.Millisecond

// brandNew is how long a token is safe from ending early.
const brandNew = time.Second

// stage is the provider, and what happens there.
type stage struct {
	srv      *providertest.Server
	accounts []*providertest.AccountHandle
	tell     func(News)
	// revoked is the account whose login the provider has revoked.
	revoked atomic.Pointer[providertest.AccountHandle]
	// scripts are to be stopped when the play is over.
	scripts []*providertest.Script
}

// newStage starts the provider with the accounts of a run. The error says why
// it cannot listen.
func newStage(o Options, tell func(News)) (s *stage, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("starting the fake provider: %v", reason)
		}
	}()
	s = &stage{srv: providertest.New(providertest.Options{TokenDelay: tokenDelay, MaxCalls: 1}), tell: tell}
	for _, a := range cast(o) {
		s.accounts = append(s.accounts, s.srv.AddAccount(a))
	}
	return s, nil
}

// addresses are where the stage's providers are.
func (s *stage) addresses() addresses {
	at := addresses{}
	for _, f := range flavours() {
		at[f] = s.srv.Endpoints(f)
	}
	return at
}

// play makes the scenes happen, each in its time, until ctx ends. Then there
// is peace: no outage, and no trap for a request.
func (s *stage) play(ctx context.Context, scenes []scene) {
	begin := time.Now()
	for _, next := range scenes {
		if wait.For(ctx, time.Until(begin.Add(next.at))) != nil {
			break
		}
		s.perform(next)
	}
	<-ctx.Done()
	s.calm()
}

func (s *stage) calm() {
	s.srv.EndOutage(providertest.Anthropic)
	s.srv.EndOutage(providertest.OpenAI)
	for _, script := range s.scripts {
		script.Stop()
	}
}

func (s *stage) perform(next scene) {
	who := s.accounts[next.account]
	switch next.what {
	case expireOne:
		expire(who)
		s.say(Hint, "%s: the token ends early", who.Name())
	case expireAll:
		for _, each := range s.accounts {
			expire(each)
		}
		s.say(Trouble, "the tokens of all accounts end at once")
	case limitNext:
		s.next(next.flavour, providertest.Generation, providertest.Limited(providertest.RetryAfter(time.Second)))
	case revokeOne:
		who.Revoke()
		s.revoked.Store(who)
		s.say(Trouble, "%s: the provider revokes the login", who.Name())
	case outage:
		s.srv.StartOutage(next.flavour, badSpell(next.flavour))
		s.say(Trouble, "%s has a bad spell", title(next.flavour))
	case outageEnds:
		s.srv.EndOutage(next.flavour)
		s.say(Relief, "%s answers again", title(next.flavour))
	case cutNext:
		s.next(next.flavour, providertest.Generation, providertest.Cut())
	case refuseRefresh:
		s.next(next.flavour, providertest.Token, providertest.Unavailable())
	}
}

// expire ends an account's token, unless it is brand-new: to refuse what was
// issued a moment ago means that the login is broken.
func expire(who *providertest.AccountHandle) {
	age := who.Account().TokenTTL - time.Until(who.ExpiresAt())
	if age > brandNew {
		who.Expire()
	}
}

// next lays an answer in wait for the next request.
func (s *stage) next(f providertest.Flavour, e providertest.Endpoint, a providertest.Answer) {
	s.scripts = append(s.scripts, s.srv.Script(providertest.Match{Flavour: f, Endpoint: e}, a))
}

func (s *stage) say(tone Tone, format string, args ...any) {
	s.tell(News{Tone: tone, Text: fmt.Sprintf(format, args...)})
}

// badSpell is what a provider in trouble answers.
func badSpell(f providertest.Flavour) providertest.Answer {
	if f == providertest.Anthropic {
		return providertest.Overloaded()
	}
	return providertest.Unavailable()
}

// title is a provider's name as people write it.
func title(f providertest.Flavour) string {
	if f == providertest.OpenAI {
		return "OpenAI"
	}
	return "Anthropic"
}
