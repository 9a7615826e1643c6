package usage_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// limited is an answer that window "5h" is used up for an hour.
func limited(a providers.Answer) account.Verdict {
	if a.Status != http.StatusTooManyRequests {
		return account.Verdict{Class: account.ClassSuccess, Status: a.Status}
	}
	until := a.Now.Add(time.Hour)
	return account.Verdict{
		Class: account.ClassLimited, Status: a.Status, Usage: windows(100),
		Limits: []account.Limit{{Scope: account.ScopeAccount, Source: account.FromHeader, Reason: "5h", SeenAt: a.Now, Until: until}},
	}
}

// A refusal by the usage endpoint is none of the account, and is waited out.
func TestRefusedPollSaysNothingOfTheAccount(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusUnauthorized, http.StatusForbidden, http.StatusBadGateway} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) {
				w := open(t, 1, func(g *gauge) {
					g.figure = func(context.Context, string) (providers.Usage, error) {
						return providers.Usage{}, &providers.StatusError{Provider: rig.Plain, Status: status, RetryAfter: 20 * time.Minute}
					}
				})
				w.use(t, 2*time.Hour)
				notWithin(t, w.times("0"), 20*time.Minute)
				if n := len(w.times("0")); n < 2 {
					t.Errorf("asked %d times in two hours", n)
				}
				s := rig.Status(t, w.pool, w.ids[0])
				if s.State != multiaccount.StateReady || s.Failures != 0 || s.Reason != "" || w.Refreshes() != 0 {
					t.Errorf("%+v after %d refreshes", s, w.Refreshes())
				}
			})
		})
	}
}

// A poll that a 429 overtakes neither frees the account nor hides the figure.
func TestPollNeverErasesANewerLimit(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		asked, answer := make(chan struct{}), make(chan struct{})
		w := open(t, 2, func(g *gauge) {
			g.figure = func(context.Context, string) (providers.Usage, error) {
				close(asked)
				<-answer
				return used(10), nil
			}
			g.says = limited
		})
		polled := make(chan error)
		go func() { polled <- w.pool.RefreshUsage(t.Context(), w.ids[0]) }()
		<-asked
		time.Sleep(time.Second)
		w.wire.Next("access-0", http.StatusTooManyRequests)
		w.send(t, w.ids[0])
		time.Sleep(time.Second)
		close(answer)
		rig.Must(t, <-polled)
		if s := rig.Status(t, w.pool, w.ids[0]); s.State != multiaccount.StateCooling || w.percent(t, w.ids[0]) != 100 {
			t.Errorf("%+v", s)
		}
	})
}

// The provider gave the quota back early: the poll finds out.
func TestPollFreesWhatAWindowLimited(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 2, func(g *gauge) {
			g.figure = func(context.Context, string) (providers.Usage, error) { return used(5), nil }
			g.says = limited
		})
		time.Sleep(time.Minute)
		w.wire.Next("access-0", http.StatusTooManyRequests)
		w.send(t, w.ids[0])
		if s := rig.Status(t, w.pool, w.ids[0]); s.State != multiaccount.StateCooling {
			t.Fatalf("%+v", s)
		}
		w.use(t, 12*time.Minute)
		if s := rig.Status(t, w.pool, w.ids[0]); s.State != multiaccount.StateReady || w.percent(t, w.ids[0]) != 5 {
			t.Errorf("%+v", s)
		}
	})
}

// Figures count whatever the answer is that they come with.
func TestFiguresOfEveryAnswer(t *testing.T) {
	for class := account.ClassSuccess; class < account.ClassNetwork; class++ {
		t.Run(class.String(), func(t *testing.T) {
			rig.Bubble(t, func(t *testing.T) {
				w := open(t, 2, func(g *gauge) {
					g.says = func(a providers.Answer) account.Verdict {
						return account.Verdict{Class: class, Status: a.Status, Usage: windows(70)}
					}
				})
				w.wire.Next("access-0", http.StatusTeapot)
				w.send(t, w.ids[0])
				synctest.Wait()
				if got := w.percent(t, w.ids[0]); got != 70 {
					t.Errorf("at %v %%", got)
				}
			})
		})
	}
}

func TestRefreshUsage(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 1)
		rig.Must(t, w.pool.RefreshUsage(t.Context(), w.ids[0]))
		if w.percent(t, w.ids[0]) != 40 {
			t.Errorf("at %v %%", w.percent(t, w.ids[0]))
		}
		rig.Must(t, w.pool.RefreshUsage(t.Context(), w.ids[0])) // just asked
		time.Sleep(31 * time.Second)
		rig.Must(t, w.pool.RefreshUsage(t.Context(), w.ids[0]))
		if n := len(w.times("0")); n != 2 {
			t.Errorf("asked %d times", n)
		}
		if err := w.pool.RefreshUsage(t.Context(), "nobody"); !errors.Is(err, multiaccount.ErrUnknownAccount) {
			t.Errorf("an unknown account: %v", err)
		}
		key := rig.Add(t, w.pool, multiaccount.NewAccount{APIKey: "key"})
		if err := w.pool.RefreshUsage(t.Context(), key); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("an API key: %v", err)
		}
	})
}

func TestRefreshUsageAfterAFailure(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		w := open(t, 1, func(g *gauge) {
			g.figure = func(context.Context, string) (providers.Usage, error) {
				return providers.Usage{}, &providers.StatusError{Provider: rig.Plain, Status: 429, RetryAfter: time.Hour}
			}
		})
		var refused *providers.StatusError
		if err := w.pool.RefreshUsage(t.Context(), w.ids[0]); !errors.As(err, &refused) || refused.Status != 429 {
			t.Errorf("got %v", err)
		}
		time.Sleep(time.Minute)
		if err := w.pool.RefreshUsage(t.Context(), w.ids[0]); err == nil || len(w.times("0")) != 1 {
			t.Errorf("%v after %d questions", err, len(w.times("0")))
		}
	})
}

func TestProviderWithoutUsageEndpoint(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		_, pool := rig.OpenPlain(t, rig.NewProvider(), polling())
		id := rig.Add(t, pool, rig.Login("0"))
		if err := pool.RefreshUsage(t.Context(), id); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("got %v", err)
		}
	})
}

// An account whose quota is used up by what the endpoint says rests without a
// request having been refused, is told of, and comes back with a lower figure.
func TestAccountOfAUsedUpWindowRests(t *testing.T) {
	rig.Bubble(t, func(t *testing.T) {
		percent := 100.0
		w := open(t, 2, func(g *gauge) {
			g.figure = func(_ context.Context, token string) (providers.Usage, error) {
				if token == "access-0" {
					return used(percent), nil
				}
				return used(30), nil
			}
		})
		events := rig.Record(w.eng)
		time.Sleep(time.Minute)
		s := rig.Status(t, w.pool, w.ids[0])
		if s.State != multiaccount.StateCooling || s.CooldownUntil.IsZero() {
			t.Fatalf("the account is %s until %v", s.State, s.CooldownUntil)
		}
		cooled, told := rig.Await[multiaccount.AccountCooled](t, events), rig.Await[multiaccount.UsageUpdated](t, events)
		if cooled.AccountID != w.ids[0] || cooled.Reason != "5h" || len(told.Windows) == 0 || told.Windows[0].Name != "5h" {
			t.Errorf("told %+v and %+v", cooled, told)
		}
		if n := rig.Count[multiaccount.PoolPaused](events); n != 0 {
			t.Error("the pool is paused")
		}
		percent = 20
		rig.Must(t, w.pool.RefreshUsage(t.Context(), w.ids[0]))
		if s = rig.Status(t, w.pool, w.ids[0]); s.State != multiaccount.StateReady {
			t.Errorf("with a lower figure it is %s: %s", s.State, s.Reason)
		}
	})
}
