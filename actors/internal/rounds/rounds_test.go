package rounds_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/actors/internal/actortest"
	"github.com/seed-810f1486/multiaccount/actors/internal/rounds"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/messages"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// firstRound is when the first round has begun for certain.
const firstRound = 6 * time.Second

func onRounds(t *testing.T, job rounds.Job, schedule messages.ScheduleRounds, test func(s *actortest.Stage, r *runtime.Ref)) {
	t.Helper()
	actortest.Run(t, actortest.NewProvider(), func(s *actortest.Stage) {
		test(s, s.Enter(rounds.Spawn(s.Pool, job, schedule)))
	})
}

var (
	refreshing = messages.ScheduleRounds{Interval: 5 * time.Minute, Ahead: time.Hour}
	polling    = messages.ScheduleRounds{Interval: 15 * time.Second, Age: 10 * time.Minute}
)

func due(n int) (*messages.AccountsDue, *actortest.Inbox) {
	inbox := &actortest.Inbox{}
	all := &messages.AccountsDue{}
	for range n {
		all.Accounts = append(all.Accounts, inbox)
	}
	return all, inbox
}

// A round asks who is due, tells three at once, and the next when one has ended.
func TestThreeAtOnce(t *testing.T) {
	onRounds(t, &rounds.Refreshing{}, refreshing, func(s *actortest.Stage, r *runtime.Ref) {
		actortest.After(firstRound)
		asked := actortest.Take[*messages.GetExpiring](s.T, s.ToSupervisor)
		if ahead := time.Until(asked.Before); ahead > time.Hour || ahead < 50*time.Minute {
			s.T.Errorf("asked for tokens that end within %v", ahead)
		}
		accounts, inbox := due(4)
		actortest.Tell(r, accounts)
		for range 3 {
			actortest.Take[*messages.RefreshAccount](s.T, inbox)
		}
		actortest.None[*messages.RefreshAccount](s.T, inbox)
		actortest.Tell(r, &messages.JobEnded{})
		if told := actortest.Take[*messages.RefreshAccount](s.T, inbox); !told.Before.Equal(asked.Before) {
			s.T.Errorf("told of another moment than was asked for")
		}
	})
}

// The next round begins after the interval, and while one is under way not before
// it has had its time.
func TestRoundsTakeTurns(t *testing.T) {
	onRounds(t, &rounds.Polling{}, polling, func(s *actortest.Stage, r *runtime.Ref) {
		actortest.After(firstRound)
		first := actortest.Take[*messages.GetStale](s.T, s.ToSupervisor)
		if !first.UsedSince.IsZero() {
			s.T.Error("the first round leaves out a pool that nobody uses")
		}
		accounts, _ := due(1)
		actortest.Tell(r, accounts)
		actortest.After(50 * time.Second)
		actortest.None[*messages.GetStale](s.T, s.ToSupervisor)
		actortest.After(20 * time.Second)
		if next := actortest.Take[*messages.GetStale](s.T, s.ToSupervisor); next.UsedSince.IsZero() {
			s.T.Error("a later round asks about a pool that nobody uses")
		}
		nobody, _ := due(0)
		actortest.Tell(r, nobody)
		actortest.After(2 * polling.Interval)
		actortest.Take[*messages.GetStale](s.T, s.ToSupervisor)
	})
}

// Without an interval there are no rounds, until there is one.
func TestScheduleChanges(t *testing.T) {
	onRounds(t, &rounds.Refreshing{}, messages.ScheduleRounds{}, func(s *actortest.Stage, r *runtime.Ref) {
		actortest.After(time.Hour)
		actortest.None[*messages.GetExpiring](s.T, s.ToSupervisor)
		actortest.Tell(r, &refreshing)
		actortest.After(firstRound)
		actortest.Take[*messages.GetExpiring](s.T, s.ToSupervisor)
		actortest.Tell(r, &messages.ScheduleRounds{})
		actortest.After(time.Hour)
		actortest.None[*messages.GetExpiring](s.T, s.ToSupervisor)
	})
}
