package supervisor_test

import (
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/actortest"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/actors/internal/supervisor"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/policy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scene is a supervisor on a stage, with inboxes for its accounts.
type scene struct {
	*actortest.Stage
	self     *runtime.Ref
	accounts map[string]*actortest.Extra
	opened   *messages.Reply[messages.Acknowledged]
}

func (s *scene) tell(messages ...any) { actortest.Tell(s.self, messages...) }

// spawn starts an actor in an account's place.
func (s *scene) spawn(parent runtime.Context, record *account.Record) *runtime.Ref {
	extra := &actortest.Extra{}
	s.accounts[record.ID] = extra
	return s.Nursery().Spawn(parent, func(*runtime.Ref) runtime.Behavior { return extra })
}

// onSupervisor runs test with a supervisor that waits for what is stored.
func onSupervisor(t *testing.T, test func(s *scene)) {
	t.Helper()
	actortest.Run(t, actortest.NewProvider(), func(stage *actortest.Stage) {
		s := &scene{Stage: stage, accounts: map[string]*actortest.Extra{}, opened: messages.NewReply[messages.Acknowledged]()}
		settings := messages.PoolSettings{
			Selection: policy.Options{Strategy: "sticky"}, Tuning: *s.Tuning.Load(), Claims: true, MaxWait: 10 * time.Minute,
		}
		s.self = s.Enter(supervisor.Spawn(s.Pool, settings, s.spawn, s.opened))
		actortest.Take[*messages.LoadPool](t, s.ToWriter)
		test(s)
	})
}

// withAccounts runs test with a supervisor that has loaded accounts.
func withAccounts(t *testing.T, ids []string, test func(s *scene)) {
	t.Helper()
	onSupervisor(t, func(s *scene) {
		loaded := &messages.PoolLoaded{}
		for _, id := range ids {
			loaded.Accounts = append(loaded.Accounts, *actortest.Login(id))
		}
		s.tell(loaded)
		if done, ok := s.opened.Answer(); !ok || done.Err != nil {
			t.Fatal("the pool is not open")
		}
		test(s)
	})
}

func (s *scene) ask(r policy.Request) *messages.SelectAccount {
	m := messages.NewSelectAccount()
	m.Request = r
	s.tell(m)
	return m
}

// forwarded returns what the account received of an ask; the supervisor itself
// must not have answered.
func (s *scene) forwarded(m *messages.SelectAccount, id string) *messages.LeaseToken {
	s.T.Helper()
	lease := actortest.Take[*messages.LeaseToken](s.T, &s.accounts[id].Inbox)
	if lease != &m.Lease {
		s.T.Fatal("the account was asked something else")
	}
	if _, ok := m.Lease.Reply.Answer(); ok {
		s.T.Fatal("the supervisor answered in the account's place")
	}
	return lease
}

// refused returns why an ask was refused.
func (s *scene) refused(m *messages.SelectAccount) *messages.RefusalError {
	s.T.Helper()
	answer, ok := m.Lease.Reply.Answer()
	var refused *messages.RefusalError
	if !ok || !errors.As(answer.Err, &refused) {
		s.T.Fatalf("answered %v, with %v", ok, answer.Err)
	}
	return refused
}

// limited makes account a tell that it is limited for a while.
func (s *scene) limited(d time.Duration) {
	r := actortest.Login("a")
	now := time.Now()
	r.Limits = []account.Limit{{Scope: account.ScopeAccount, SeenAt: now, Until: now.Add(d), Reason: "5h"}}
	s.tell(&messages.AccountChanged{ID: "a", Record: r})
}

func TestAsksWaitForWhatIsStored(t *testing.T) {
	onSupervisor(t, func(s *scene) {
		early := s.ask(policy.Request{})
		if _, ok := early.Lease.Reply.Answer(); ok {
			t.Fatal("answered before the accounts are known")
		}
		s.tell(&messages.PoolLoaded{Accounts: []account.Record{*actortest.Login("a")}})
		s.forwarded(early, "a")
	})
}

func TestEmptyPoolRefuses(t *testing.T) {
	withAccounts(t, nil, func(s *scene) {
		if r := s.refused(s.ask(policy.Request{})); r.Reason != messages.RefusedEmpty {
			t.Errorf("refused: %v", r)
		}
	})
}

// The account answers the caller; what the supervisor decided goes with the ask.
func TestAskIsForwarded(t *testing.T) {
	withAccounts(t, []string{"a", "b"}, func(s *scene) {
		lease := s.forwarded(s.ask(policy.Request{Pin: "b"}), "b")
		if lease.Pin != "b" || !lease.Patient || lease.Decision == 0 || !lease.LeasedAt.Equal(time.Now()) {
			t.Errorf("forwarded with %+v", lease.Placement)
		}
		if movable := s.forwarded(s.ask(policy.Request{Pin: "b", Movable: true}), "b"); movable.Patient {
			t.Error("an ask that may move waits")
		}
		if r := s.refused(s.ask(policy.Request{Pin: "c"})); r.Reason != messages.RefusedPin || r.AccountID != "c" {
			t.Errorf("refused: %v", r)
		}
	})
}

// An ask waits for a limit that ends in time, and is refused at once for one that
// does not.
func TestLimitedPool(t *testing.T) {
	withAccounts(t, []string{"a"}, func(s *scene) {
		s.limited(5 * time.Minute)
		m := s.ask(policy.Request{Exclude: []string{"a"}})
		actortest.After(4 * time.Minute)
		actortest.None[*messages.LeaseToken](t, &s.accounts["a"].Inbox)
		actortest.After(time.Minute + time.Second)
		if s.forwarded(m, "a"); len(m.Exclude) > 0 || m.Waited < 5*time.Minute {
			t.Errorf("forwarded: %+v", m.Request)
		}
		s.limited(time.Hour)
		if r := s.refused(s.ask(policy.Request{})); r.Reason != messages.RefusedLimited || time.Until(r.RetryAt) != time.Hour {
			t.Errorf("refused: %v until %v", r, r.RetryAt)
		}
	})
}

// Two asks that wait are served in their order, by the account that becomes free.
func TestFirstComeFirstServed(t *testing.T) {
	withAccounts(t, []string{"a"}, func(s *scene) {
		s.limited(5 * time.Minute)
		first, second := s.ask(policy.Request{}), s.ask(policy.Request{})
		s.tell(&messages.AccountChanged{ID: "a", Record: actortest.Login("a")})
		s.forwarded(first, "a")
		s.forwarded(second, "a")
	})
}

// Whether a login that fails may be disabled is decided by the writer, which is
// told who else could serve. The answer goes to the account, and to the owner once.
func TestFailingLoginIsDisabledUnlessLast(t *testing.T) {
	withAccounts(t, []string{"a", "b"}, func(s *scene) {
		failed := &messages.LoginFailed{ID: "a", Generation: 1, Fault: account.Fault{Kind: account.FaultReauth, Reason: "refused"}}
		s.tell(failed)
		asked := actortest.Take[*messages.DisableUnlessLast](t, s.ToWriter)
		if len(asked.Others) != 1 || asked.Others[0] != "b" {
			t.Errorf("others: %v", asked.Others)
		}
		actortest.None[*messages.DisableAccount](t, &s.accounts["a"].Inbox)
		kept := &messages.DisableDecided{Asked: asked}
		s.tell(kept)
		if told := actortest.Take[event.LoginRejected](t, s.Events); told.Disabled {
			t.Error("told that it is disabled")
		}
		s.tell(kept)
		actortest.None[event.LoginRejected](t, s.Events)
		actortest.None[*messages.DisableAccount](t, &s.accounts["a"].Inbox)
		s.tell(&messages.DisableDecided{Asked: asked, Disabled: true})
		actortest.Take[*messages.DisableAccount](t, &s.accounts["a"].Inbox)
		if told := actortest.Take[event.LoginRejected](t, s.Events); !told.Disabled {
			t.Error("told that it is kept")
		}
	})
}

// A pin holds once it is stored, and not before.
func TestPinHoldsOnceStored(t *testing.T) {
	withAccounts(t, []string{"a", "b"}, func(s *scene) {
		asked := &messages.PinPool{ID: "b", Reply: messages.NewReply[messages.Acknowledged]()}
		s.tell(asked)
		store := actortest.Take[*messages.StorePin](t, s.ToWriter)
		s.forwarded(s.ask(policy.Request{}), "a")
		if _, ok := asked.Reply.Answer(); ok {
			t.Fatal("answered before it is stored")
		}
		s.tell(&messages.PinStored{Asked: store, Pinned: "b", PinnedAt: store.At})
		if done, ok := asked.Reply.Answer(); !ok || done.Err != nil {
			t.Errorf("answered %v, %v", ok, done.Err)
		}
		if lease := s.forwarded(s.ask(policy.Request{}), "b"); lease.PinnedBy != policy.ByOwner {
			t.Errorf("forwarded with %+v", lease.Placement)
		}
		s.tell(&messages.PoolStored{Pinned: "a", PinnedAt: store.At.Add(-time.Second)}) // read before, comes late
		s.forwarded(s.ask(policy.Request{}), "b")
	})
}

func (s *scene) add(subject string) *messages.AddAccount {
	r := *actortest.Login("")
	r.Subject, r.Credentials.RefreshToken = subject, account.NewSecret("refresh "+subject)
	m := &messages.AddAccount{Record: r, Reply: messages.NewReply[messages.AccountAdded]()}
	s.tell(m)
	return m
}

// The same login that is added twice becomes one account, also while the first is
// being stored.
func TestAddedTwiceIsOneAccount(t *testing.T) {
	withAccounts(t, nil, func(s *scene) {
		first, second := s.add("somebody"), s.add("somebody")
		create := actortest.Take[*messages.CreateAccount](t, s.ToWriter)
		actortest.None[*messages.CreateAccount](t, s.ToWriter)
		s.tell(&messages.AccountCreated{Create: create})
		if added, ok := first.Reply.Answer(); !ok || added.ID != create.Record.ID {
			t.Errorf("added %q, %v", added.ID, added.Err)
		}
		actortest.Take[event.AccountJoined](t, s.Events)
		replace := actortest.Take[*messages.ReplaceLogin](t, &s.accounts[create.Record.ID].Inbox)
		if replace.Reply != second.Reply {
			t.Error("the account answers somebody else")
		}
	})
}

// A login that another process has just added goes to that account, which joins; an
// API key has nothing to be told apart by, and an import changes nothing.
func TestAddedByAnotherProcessToo(t *testing.T) {
	for name, change := range map[string]func(m *messages.AddAccount){
		"a login":    func(*messages.AddAccount) {},
		"an import":  func(m *messages.AddAccount) { m.OnlyNew = true },
		"no subject": func(m *messages.AddAccount) { m.Record.Subject = "" },
	} {
		withAccounts(t, nil, func(s *scene) {
			ask := &messages.AddAccount{Record: *actortest.Login(""), Reply: messages.NewReply[messages.AccountAdded]()}
			ask.Record.Subject = "somebody"
			change(ask)
			s.tell(ask)
			create := actortest.Take[*messages.CreateAccount](t, s.ToWriter)
			holder := create.Record
			holder.ID = "theirs"
			s.tell(&messages.AccountCreated{Create: create, Holder: &holder})
			if joined := actortest.Take[event.AccountJoined](t, s.Events); joined.AccountID != "theirs" {
				t.Errorf("%s: account %q joined", name, joined.AccountID)
			}
			if name == "a login" {
				replace := actortest.Take[*messages.ReplaceLogin](t, &s.accounts["theirs"].Inbox)
				if replace.Reply != ask.Reply {
					t.Errorf("%s: the account answers somebody else", name)
				}
				return
			}
			added, ok := ask.Reply.Answer()
			var refused *messages.RefusalError
			if !ok || !errors.As(added.Err, &refused) || refused.Reason != messages.RefusedDuplicate || refused.AccountID != "theirs" {
				t.Errorf("%s: answered %v with %v", name, ok, added.Err)
			}
		})
	}
}

// A login whose holder this process is removing waits until it is gone.
func TestAddedWhileItsHolderLeaves(t *testing.T) {
	withAccounts(t, []string{"a"}, func(s *scene) {
		ask := s.add("somebody")
		create := actortest.Take[*messages.CreateAccount](t, s.ToWriter)
		s.tell(&messages.RemoveAccount{ID: "a", Reply: messages.NewReply[messages.Acknowledged]()})
		actortest.Take[*messages.DeleteAccount](t, s.ToWriter)
		holder := create.Record
		holder.ID = "a"
		s.tell(&messages.AccountCreated{Create: create, Holder: &holder})
		if _, ok := ask.Reply.Answer(); ok {
			t.Error("the login was answered before its holder is gone")
		}
		s.tell(&messages.AccountRemoved{ID: "a"})
		again := actortest.Take[*messages.CreateAccount](t, s.ToWriter)
		s.tell(&messages.AccountCreated{Create: again})
		if added, ok := ask.Reply.Answer(); !ok || added.Err != nil || added.ID != again.Record.ID {
			t.Errorf("added %q, %v", added.ID, added.Err)
		}
	})
}

// An account leaves selection at once; one that could not be deleted comes back.
func TestRemovalThatFails(t *testing.T) {
	withAccounts(t, []string{"a"}, func(s *scene) {
		m := &messages.RemoveAccount{ID: "a", Reply: messages.NewReply[messages.Acknowledged]()}
		s.tell(m)
		actortest.Take[*messages.DeleteAccount](t, s.ToWriter)
		if r := s.refused(s.ask(policy.Request{})); r.Reason != messages.RefusedEmpty {
			t.Errorf("refused: %v", r)
		}
		s.tell(&messages.AccountRemoved{ID: "a", Err: errors.New("the disk is read-only")})
		if done, ok := m.Reply.Answer(); !ok || done.Err == nil {
			t.Error("a removal that failed is told as done")
		}
		actortest.Take[*messages.ReadAccounts](t, s.ToWriter)
		actortest.None[event.AccountLeft](t, s.Events)
		s.forwarded(s.ask(policy.Request{}), "a")
	})
}

// When the token endpoint works again, those whose refresh failed try again, and
// nobody else.
func TestExchangeThatWorksEndsTheWaitOfOthers(t *testing.T) {
	withAccounts(t, []string{"a", "b"}, func(s *scene) {
		s.tell(&messages.ExchangeWorked{})
		actortest.None[*messages.RetryRefresh](t, &s.accounts["a"].Inbox)
		s.tell(&messages.AccountChanged{ID: "a", Record: actortest.Login("a"), NotBefore: time.Now().Add(time.Minute), RefreshFailed: "down"})
		s.tell(&messages.ExchangeWorked{})
		actortest.Take[*messages.RetryRefresh](t, &s.accounts["a"].Inbox)
		actortest.None[*messages.RetryRefresh](t, &s.accounts["b"].Inbox)
	})
}

// What is used is told to other processes once, and again when that has ended.
func TestClaimsAreTold(t *testing.T) {
	withAccounts(t, []string{"a"}, func(s *scene) {
		s.ask(policy.Request{})
		s.ask(policy.Request{})
		actortest.After(time.Second)
		if told := actortest.Take[*messages.ClaimAccounts](t, s.ToWriter); len(told.IDs) != 1 {
			t.Errorf("told of %v", told.IDs)
		}
		actortest.None[*messages.ClaimAccounts](t, s.ToWriter)
		actortest.After(2 * time.Minute)
		if told := actortest.Last[*messages.ClaimAccounts](t, s.ToWriter); len(told.IDs) != 0 {
			t.Errorf("told of %v", told.IDs)
		}
	})
}

// Who is due is told by the records that the supervisor has.
func TestWhoIsDue(t *testing.T) {
	withAccounts(t, []string{"a", "b"}, func(s *scene) {
		soon := actortest.Login("b")
		soon.Credentials.ExpiresAt = time.Now().Add(time.Minute)
		s.tell(&messages.AccountChanged{ID: "b", Record: soon})
		rounds := &actortest.Inbox{}
		s.tell(&messages.GetExpiring{Before: time.Now().Add(10 * time.Minute), ReplyTo: rounds})
		if due := actortest.Take[*messages.AccountsDue](t, rounds); len(due.Accounts) != 1 {
			t.Errorf("%d accounts are due", len(due.Accounts))
		}
	})
}

// A drain ends all waiting, and is answered once every account has.
func TestDrain(t *testing.T) {
	withAccounts(t, []string{"a"}, func(s *scene) {
		s.limited(5 * time.Minute)
		waiting := s.ask(policy.Request{})
		drain := &messages.DrainPool{Reply: messages.NewReply[messages.Acknowledged]()}
		s.tell(drain)
		if answer, ok := waiting.Lease.Reply.Answer(); !ok || !errors.Is(answer.Err, messages.ErrStopped) {
			t.Errorf("answered %v, %v", ok, answer.Err)
		}
		if _, ok := drain.Reply.Answer(); ok {
			t.Fatal("answered before the account has")
		}
		s.tell(&messages.AccountDrained{Drain: actortest.Take[*messages.Drain](t, &s.accounts["a"].Inbox)})
		if _, ok := drain.Reply.Answer(); !ok {
			t.Error("not answered when the account has")
		}
	})
}

// After a panic the supervisor loads its pool again; whoever waited is told.
func TestRestartLoadsAgain(t *testing.T) {
	withAccounts(t, []string{"a"}, func(s *scene) {
		s.limited(5 * time.Minute)
		waiting := s.ask(policy.Request{})
		s.tell(&messages.AccountChanged{ID: "a"}) // no record: a fault
		if answer, ok := waiting.Lease.Reply.Answer(); !ok || !errors.Is(answer.Err, messages.ErrRestarted) {
			t.Errorf("answered %v, %v", ok, answer.Err)
		}
		s.ToWriter.Clear()
		m := s.ask(policy.Request{})
		actortest.Take[*messages.LoadPool](t, s.ToWriter)
		s.tell(&messages.PoolLoaded{Accounts: []account.Record{*actortest.Login("a")}})
		s.forwarded(m, "a")
	})
}
