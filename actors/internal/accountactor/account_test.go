package accountactor_test

import (
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/accountactor"
	"github.com/seed-810f1486/multiaccount/actors/internal/actortest"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scene is one account's actor on a stage.
type scene struct {
	*actortest.Stage
	provider *actortest.Provider
	record   *account.Record
	self     *runtime.Ref
}

// parent is an actor below which accounts run.
type parent struct {
	actortest.Extra
	started func(runtime.Context)
}

func (p *parent) Started(ctx runtime.Context) { p.started(ctx) }

func onAccount(t *testing.T, change func(*account.Record), test func(s *scene)) {
	t.Helper()
	provider := actortest.NewProvider()
	actortest.Run(t, provider, func(stage *actortest.Stage) {
		s := &scene{Stage: stage, provider: provider, record: actortest.Login("a")}
		change(s.record)
		s.Enter(s.Spawn(func(*runtime.Ref) runtime.Behavior {
			return &parent{started: func(ctx runtime.Context) {
				s.self = accountactor.Spawn(s.Nursery(), ctx, s.Pool, s.record)
			}}
		}))
		s.Enter(s.self)
		test(s)
	})
}

func asIs(*account.Record)            {}
func expired(r *account.Record)       { r.Credentials.ExpiresAt = time.Now().Add(-time.Second) }
func (s *scene) tell(messages ...any) { actortest.Tell(s.self, messages...) }

// lease asks for a token.
func (s *scene) lease(patient bool) *messages.LeaseToken {
	m := &messages.LeaseToken{Patient: patient, Reply: messages.NewReply[*messages.TokenLeased]()}
	m.LeasedAt = time.Now()
	s.tell(m)
	return m
}

// leased returns the answer to a lease, which must be there.
func (s *scene) leased(m *messages.LeaseToken) *messages.TokenLeased {
	s.T.Helper()
	answer, ok := m.Reply.Answer()
	if !ok {
		s.T.Fatal("the ask is not answered")
	}
	return answer
}

// waits fails the test when a lease was answered.
func (s *scene) waits(m *messages.LeaseToken) {
	s.T.Helper()
	if answer, ok := m.Reply.Answer(); ok {
		s.T.Fatalf("answered with %q, %v", answer.AccountID, answer.Err)
	}
}

// report reports an answer of a class, once it has leased.
func (s *scene) report(class account.Class) {
	leased := s.leased(s.lease(false))
	s.tell(&messages.ReportOutcome{
		Generation: leased.Generation, LeasedAt: leased.LeasedAt, Verdict: account.Verdict{Class: class, Status: 200},
	})
}

// A fresh token is handed out at once, and a healthy request costs no message.
func TestHealthyRequestTellsNobody(t *testing.T) {
	onAccount(t, func(r *account.Record) { r.LastUsedAt = time.Now() }, func(s *scene) {
		s.report(account.ClassSuccess)
		actortest.None[any](s.T, s.ToWriter)
		actortest.None[any](s.T, s.ToSupervisor)
		actortest.None[any](s.T, s.Events)
	})
}

// Whoever comes while a token is being refreshed joins that refresh, and nobody
// sees the new token before it is stored.
func TestOneRefreshServesAll(t *testing.T) {
	onAccount(t, expired, func(s *scene) {
		first, second := s.lease(false), s.lease(false)
		actortest.Take[*messages.BeginRefresh](s.T, s.ToWriter)
		actortest.None[*messages.BeginRefresh](s.T, s.ToWriter)
		s.tell(&messages.RefreshGranted{Record: *s.record})
		commit := actortest.Take[*messages.CommitRefresh](s.T, s.ToWriter)
		s.waits(first)
		stored := *s.record
		commit.Apply(&stored)
		s.tell(&messages.RefreshCommitted{Commit: commit, Record: stored})
		for _, m := range []*messages.LeaseToken{first, second} {
			if got := s.leased(m); got.Err != nil || got.Credential.Token.Reveal() != "new" || got.Generation != 2 {
				s.T.Errorf("generation %d, %v", got.Generation, got.Err)
			}
		}
		actortest.Take[*messages.ExchangeWorked](s.T, s.ToSupervisor)
		actortest.Take[event.LoginRefreshed](s.T, s.Events)
		if n := s.provider.Refreshes.Load(); n != 1 {
			s.T.Errorf("%d exchanges", n)
		}
	})
}

// What another process refreshed is taken over, and no token is spent for it.
func TestAdoptedLoginSpendsNothing(t *testing.T) {
	onAccount(t, expired, func(s *scene) {
		m := s.lease(false)
		theirs := *actortest.Login("a")
		theirs.Generation = 2
		s.tell(&messages.RefreshAdopted{Record: theirs})
		if got := s.leased(m); got.Err != nil || got.Generation != 2 {
			s.T.Errorf("generation %d, %v", got.Generation, got.Err)
		}
		actortest.None[*messages.CommitRefresh](s.T, s.ToWriter)
		if n := s.provider.Refreshes.Load(); n != 0 {
			s.T.Errorf("%d exchanges", n)
		}
	})
}

// A token that has ended by the time it is stored is not handed out: another is
// asked for.
func TestTokenEndsWhileItIsStored(t *testing.T) {
	onAccount(t, expired, func(s *scene) {
		s.provider.OnRefresh = func() (account.Grant, error) {
			return account.Grant{AccessToken: account.NewSecret("new"), ExpiresAt: time.Now().Add(5 * time.Second)}, nil
		}
		m := s.lease(false)
		actortest.Take[*messages.BeginRefresh](s.T, s.ToWriter)
		s.tell(&messages.RefreshGranted{Record: *s.record})
		commit := actortest.Take[*messages.CommitRefresh](s.T, s.ToWriter)
		stored := *s.record
		commit.Apply(&stored)
		actortest.After(6 * time.Second)
		s.tell(&messages.RefreshCommitted{Commit: commit, Record: stored})
		s.waits(m)
		actortest.Take[*messages.BeginRefresh](s.T, s.ToWriter)
		actortest.Take[*messages.ExchangeWorked](s.T, s.ToSupervisor)
		actortest.Take[event.LoginRefreshed](s.T, s.Events)
	})
}

// A refresh that fails gives the lock back, and is not tried again before its time.
func TestFailedRefreshRests(t *testing.T) {
	onAccount(t, expired, func(s *scene) {
		s.provider.OnRefresh = func() (account.Grant, error) { return account.Grant{}, errors.New("down") }
		m := s.lease(false)
		s.tell(&messages.RefreshGranted{Record: *s.record})
		actortest.Take[*messages.BeginRefresh](s.T, s.ToWriter)
		if abort := actortest.Take[*messages.AbortRefresh](s.T, s.ToWriter); abort.Unspent {
			s.T.Error("nothing proves that the token was not spent")
		}
		if got := s.leased(m); got.Err == nil {
			s.T.Error("served with a token that has ended")
		}
		if told := actortest.Last[*messages.AccountChanged](s.T, s.ToSupervisor); told.NotBefore.IsZero() || told.RefreshFailed == "" {
			s.T.Errorf("the supervisor was told %v, %q", told.NotBefore, told.RefreshFailed)
		}
		failed := actortest.Take[event.RefreshFailed](s.T, s.Events)
		s.lease(false)
		actortest.None[*messages.BeginRefresh](s.T, s.ToWriter)
		actortest.After(time.Until(failed.RetryAt))
		s.lease(false)
		actortest.Take[*messages.BeginRefresh](s.T, s.ToWriter)
	})
}

// While the request of a process that died may be on its way, nothing is sent.
// Whoever can go to another account is told so, and the refresh begins after that.
func TestInterruptedRefreshWaits(t *testing.T) {
	onAccount(t, expired, func(s *scene) {
		free, bound := s.lease(false), s.lease(true)
		actortest.Take[*messages.BeginRefresh](s.T, s.ToWriter)
		s.tell(&messages.RefreshInterrupted{Record: *s.record, Until: time.Now().Add(20 * time.Second)})
		var refused *messages.RefusalError
		if got := s.leased(free); !errors.As(got.Err, &refused) || refused.Reason != messages.RefusedHeldUp {
			s.T.Errorf("refused with %v", got.Err)
		}
		s.waits(bound)
		actortest.After(19 * time.Second)
		actortest.None[*messages.BeginRefresh](s.T, s.ToWriter)
		actortest.After(2 * time.Second)
		actortest.Take[*messages.BeginRefresh](s.T, s.ToWriter)
	})
}

// A lock that another process keeps for long sends away whoever can go elsewhere.
func TestSlowLockMovesOn(t *testing.T) {
	onAccount(t, expired, func(s *scene) {
		free, bound := s.lease(false), s.lease(true)
		actortest.After(time.Second)
		s.waits(free)
		actortest.After(time.Second)
		if got := s.leased(free); got.Err == nil || got.AccountID != "a" {
			s.T.Errorf("%q, %v", got.AccountID, got.Err)
		}
		s.waits(bound)
	})
}

// The supervisor decides about a login that the provider refuses again and again.
func TestRefusedLoginAsksTheSupervisor(t *testing.T) {
	withoutRefresh := func(r *account.Record) { r.Credentials.RefreshToken = account.Secret{} }
	onAccount(t, withoutRefresh, func(s *scene) {
		for range 2 {
			s.report(account.ClassUnauthorized)
		}
		actortest.None[*messages.LoginFailed](s.T, s.ToSupervisor)
		s.report(account.ClassUnauthorized)
		actortest.Take[*messages.LoginFailed](s.T, s.ToSupervisor)
		stored := 0
		for save, ok := takeSave(s); ok; save, ok = takeSave(s) {
			if !save.Lazy { // the last use may wait
				stored++
			}
		}
		if stored != 4 {
			s.T.Errorf("%d saves at once, want those of 3 refusals and of what they come to", stored)
		}
	})
}

func takeSave(s *scene) (*messages.SaveAccount, bool) {
	if s.ToWriter.Len() == 0 {
		return nil, false
	}
	return actortest.Take[*messages.SaveAccount](s.T, s.ToWriter), true
}

// A limit is stored at once, told to selection and to the host.
func TestLimitIsTold(t *testing.T) {
	onAccount(t, asIs, func(s *scene) {
		s.report(account.ClassLimited)
		if save := actortest.Take[*messages.SaveAccount](s.T, s.ToWriter); save.Lazy {
			s.T.Error("a limit waits to be stored")
		}
		if told := actortest.Take[*messages.AccountChanged](s.T, s.ToSupervisor); len(told.Record.Limits) != 1 {
			s.T.Errorf("told of %d limits", len(told.Record.Limits))
		}
		actortest.Take[event.AccountCooled](s.T, s.Events)
	})
}

// A change that could not be stored is kept and tried again; one that somebody
// waits for is taken back.
func TestFailedSaves(t *testing.T) {
	onAccount(t, asIs, func(s *scene) {
		renamed := &messages.RenameAccount{Label: "new", Reply: messages.NewReply[messages.Acknowledged]()}
		s.tell(renamed)
		rename := actortest.Take[*messages.SaveAccount](s.T, s.ToWriter)
		s.report(account.ClassLimited)
		limit := actortest.Take[*messages.SaveAccount](s.T, s.ToWriter)
		s.tell(&messages.AccountSaved{Saves: []*messages.SaveAccount{rename, limit}, Err: errors.New("full")})
		if done, ok := renamed.Reply.Answer(); !ok || done.Err == nil {
			s.T.Error("whoever waits for a change that failed is not told")
		}
		actortest.Take[event.SaveFailed](s.T, s.Events)
		actortest.None[*messages.SaveAccount](s.T, s.ToWriter)
		actortest.After(2 * time.Second)
		for again, ok := takeSave(s); ; again, ok = takeSave(s) {
			if !ok {
				s.T.Fatal("the limit is not stored again")
			}
			if again == limit {
				return
			}
		}
	})
}

// A drain is answered when the last request has ended, and nothing begins after it.
func TestDrainWaitsForTheLastRequest(t *testing.T) {
	onAccount(t, asIs, func(s *scene) {
		leased := s.leased(s.lease(false))
		drain := &messages.Drain{ReplyTo: s.ToSupervisor}
		s.tell(drain)
		actortest.None[*messages.AccountDrained](s.T, s.ToSupervisor)
		s.tell(&messages.ReportOutcome{Generation: leased.Generation, LeasedAt: leased.LeasedAt, Verdict: account.Verdict{Status: 200}})
		if done := actortest.Take[*messages.AccountDrained](s.T, s.ToSupervisor); done.Drain != drain {
			s.T.Error("another drain was answered")
		}
	})
}

// The end of an account takes back the refresh that nobody will act on.
func TestEndTakesTheRefreshBack(t *testing.T) {
	onAccount(t, expired, func(s *scene) {
		m := s.lease(false)
		s.self.Stop()
		<-s.self.Done()
		if got := s.leased(m); got.Err == nil {
			s.T.Error("served by an account that has ended")
		}
		actortest.Take[*messages.CancelRefresh](s.T, s.ToWriter)
	})
}

// After a panic the account reads what is stored, and leases nothing before.
func TestRestartReadsWhatIsStored(t *testing.T) {
	onAccount(t, asIs, func(s *scene) {
		broken := &messages.ReplaceLogin{Reply: messages.NewReply[messages.AccountAdded]()}
		broken.Record.Limits = nil
		s.Publish = func(event.Event) { panic("a host's fault") }
		s.tell(broken)
		s.Publish = func(event.Event) {}
		s.ToWriter.Clear()
		m := s.lease(false)
		s.waits(m)
		read := actortest.Take[*messages.SaveAccount](s.T, s.ToWriter)
		s.tell(&messages.AccountSaved{Saves: []*messages.SaveAccount{read}, Record: *actortest.Login("a")})
		if got := s.leased(m); got.Err != nil {
			s.T.Error(got.Err)
		}
	})
}
