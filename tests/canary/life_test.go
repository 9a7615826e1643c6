package canary_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// careless is a provider that throws the secrets it is given.
type careless struct {
	providers.Provider
	refresh, classify atomic.Bool
}

func (c *careless) Refresh(ctx context.Context, creds account.Credentials) (account.Grant, error) {
	if c.refresh.Load() {
		panic("cannot spend " + creds.RefreshToken.Reveal())
	}
	return c.Provider.Refresh(ctx, creds)
}

func (c *careless) Classify(a providers.Answer) account.Verdict {
	if c.classify.Load() {
		panic(string(a.Body))
	}
	return c.Provider.Classify(a)
}

// moody is a strategy that panics on demand, and else takes the first.
type moody struct{ panics atomic.Bool }

func (m *moody) Pick(candidates []policy.Candidate, r policy.Request, _ time.Time) int {
	if m.panics.Load() {
		panic([]any{candidates, r})
	}
	return 0
}

// life is one engine with all that it says.
type life struct {
	*testing.T
	*transcript
	srv        *providertest.Server
	dir        string
	store      *rig.Store
	strategy   moody
	provider   *careless
	eng        *multiaccount.Engine
	pool, keys *multiaccount.Pool
	client     *http.Client
	// log has the engine log to transcript.
	log func(*multiaccount.Config)
}

func newLife(t *testing.T, log func(*life, *multiaccount.Config)) *life {
	t.Helper()
	l := &life{T: t, transcript: newTranscript(), srv: rig.Server(t), dir: t.TempDir()}
	l.log = func(c *multiaccount.Config) { log(l, c) }
	l.open()
	return l
}

// open begins the life, or goes on with it after a restart.
func (l *life) open() {
	l.Helper()
	files, err := persistence.OpenFiles(l.dir)
	rig.Must(l, err)
	l.store = rig.NewStore(files)
	all := rig.Providers(l.srv)
	l.provider = &careless{Provider: all[0]}
	all[0] = l.provider
	c := multiaccount.Config{Providers: all, Settings: rig.Settings(), Store: l.store, Strategy: &l.strategy}
	l.log(&c)
	l.eng = rig.Open(l, c)
	l.eng.Subscribe(l.event)
	l.pool, l.keys = rig.Pool(l, l.eng, "anthropic"), rig.Pool(l, l.eng, "openai")
	l.client = rig.Client(l, l.pool)
}

// restart goes on with another engine: its breaker knows of no trouble.
func (l *life) restart() {
	l.Helper()
	rig.Close(l, l.eng)
	l.open()
}

// ask has a question answered, or not; what is said is kept. The conversation's
// key must not show either.
func (l *life) ask() {
	ctx := multiaccount.WithAffinity(l.Context(), providertest.TokenMark+"alice@example.com")
	ctx = multiaccount.WithTrace(ctx, func(a multiaccount.Attempt) { l.keep(a) })
	_, err := rig.Ask(ctx, l.client, l.srv.URL)
	l.err(err)
	l.accounts(l.Context(), l.pool)
}

// add adds an account of its own for one episode.
func (l *life) add(login func(*providertest.AccountHandle) multiaccount.NewAccount) (*providertest.AccountHandle, string) {
	l.Helper()
	h := l.srv.AddAccount(providertest.Account{})
	return h, rig.Add(l, l.pool, login(h))
}

// episode runs one part of the life with an account of its own, which leaves
// at the end.
func (l *life) episode(login func(*providertest.AccountHandle) multiaccount.NewAccount, do func(h *providertest.AccountHandle, id string)) {
	l.Helper()
	h, id := l.add(login)
	do(h, id)
	l.accounts(l.Context(), l.pool)
	l.store.Fail(0, nil)
	rig.Must(l, l.pool.Remove(l.Context(), id))
}

// echo is what a provider might answer that repeats the secrets of an account.
func echo(status int, h *providertest.AccountHandle) providertest.Answer {
	secrets := h.AccessToken() + " " + h.RefreshToken()
	return providertest.Reply(status, http.Header{
		"Anthropic-Ratelimit-Unified-Status":               {"rejected"},
		"Anthropic-Ratelimit-Unified-Representative-Claim": {h.AccessToken()},
		"Retry-After": {h.RefreshToken()},
		"Location":    {"https://elsewhere.test/?token=" + h.AccessToken()},
	}, `{"error":{"type":"`+h.AccessToken()+`","code":"`+h.RefreshToken()+`","message":"`+secrets+`"},"error_description":"`+secrets+`"}`)
}

// upstream are the episodes of requests.
func (l *life) upstream() {
	for _, answer := range []providertest.Answer{
		providertest.Unauthorized(), providertest.Revoked(), providertest.Limited(), providertest.Forbidden(),
		providertest.Entitlement(), providertest.Verification("https://verify.example.com/"),
		providertest.BadRequest(), providertest.Redirect("https://elsewhere.test/"), providertest.CutMidBody(),
		providertest.StreamError(0, "overloaded_error"),
	} {
		l.episode(rig.OAuth, func(h *providertest.AccountHandle, _ string) {
			h.Next(answer, answer)
			l.ask()
			l.ask()
		})
		l.restart()
	}
	for _, status := range []int{400, 401, 402, 403, 404, 429} {
		l.episode(rig.OAuth, func(h *providertest.AccountHandle, _ string) {
			h.Next(echo(status, h))
			l.ask()
			h.NextToken(echo(status, h))
			l.ask()
		})
		l.restart()
	}
}

// exchanges are the episodes of the token endpoint.
func (l *life) exchanges() {
	for _, answer := range []providertest.Answer{
		providertest.OK(), providertest.Garbage(), providertest.CaptivePortal(), providertest.ServerError(), providertest.Cut(),
		providertest.InvalidGrant(), providertest.ReusedRefreshToken(), providertest.Cut().AfterSpending(),
	} {
		l.episode(rig.Expired, func(h *providertest.AccountHandle, id string) {
			h.NextToken(answer)
			l.ask()
			l.err(l.pool.Refresh(l.Context(), id))
			l.ask()
		})
	}
	for _, status := range []int{200, 307, 400, 401, 500} {
		l.episode(rig.Expired, func(h *providertest.AccountHandle, id string) {
			h.NextToken(echo(status, h))
			l.err(l.pool.Refresh(l.Context(), id))
		})
	}
	l.episode(rig.Expired, func(_ *providertest.AccountHandle, id string) {
		l.provider.refresh.Store(true)
		defer l.provider.refresh.Store(false)
		l.err(l.pool.Refresh(l.Context(), id))
	})
}

// host are the episodes of what the host gets wrong.
func (l *life) host() {
	l.episode(rig.OAuth, func(h *providertest.AccountHandle, id string) {
		stranger := rig.OAuth(h)
		stranger.Subject = "somebody else"
		_, err := l.pool.Add(l.Context(), stranger)
		l.err(err)
		both := rig.OAuth(h)
		both.APIKey = h.APIKey()
		_, err = l.pool.Add(l.Context(), both)
		l.err(err)
		_, err = rig.Ask(l.Context(), l.client, rig.Server(l.T).URL)
		l.err(err)
		_, err = l.pool.Acquire(l.Context(), multiaccount.Request{Account: h.AccessToken()[:8]})
		l.err(err)
		l.err(l.pool.SetEnabled(l.Context(), id, false))
		l.ask()
		l.err(l.pool.SetEnabled(l.Context(), id, true))
		l.err(l.pool.ResetCooldown(l.Context(), id))
	})
	l.episode(rig.OAuth, func(h *providertest.AccountHandle, _ string) {
		l.strategy.panics.Store(true)
		l.ask()
		l.strategy.panics.Store(false)
		l.provider.classify.Store(true)
		h.Next(echo(http.StatusTooManyRequests, h))
		l.ask()
		l.provider.classify.Store(false)
	})
	l.episode(rig.Key, func(h *providertest.AccountHandle, id string) {
		h.Next(providertest.Unauthorized(), providertest.Limited())
		l.ask()
		l.ask()
		l.err(l.pool.Refresh(l.Context(), id))
		_, err := l.pool.Add(l.Context(), rig.Key(h))
		l.err(err)
	})
}

// disk are the episodes of a store that fails.
func (l *life) disk() {
	full := errors.New("disk full")
	l.episode(rig.Expired, func(h *providertest.AccountHandle, id string) {
		l.store.Fail(1, full, rig.OpLock)
		l.err(l.pool.Refresh(l.Context(), id))
		l.store.Fail(1000, full, rig.OpUpdate, rig.OpCommit, rig.OpRemove, rig.OpCreate)
		l.err(l.pool.Refresh(l.Context(), id))
		l.err(l.pool.Refresh(l.Context(), id))
		l.err(l.pool.Rename(l.Context(), id, "new"))
		l.err(l.pool.Remove(l.Context(), id))
		_, err := l.pool.Add(l.Context(), rig.Key(h))
		l.err(err)
		l.ask()
	})
}

// openAI is the same in short for accounts whose tokens speak of themselves.
func (l *life) openAI() {
	h := l.srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI})
	id := rig.Add(l, l.keys, rig.Expired(h))
	for _, answer := range []providertest.Answer{providertest.OK(), echo(http.StatusBadRequest, h), providertest.InvalidGrant()} {
		h.NextToken(answer)
		l.err(l.keys.Refresh(l.Context(), id))
	}
	_, err := l.keys.Acquire(l.Context(), multiaccount.Request{})
	l.err(err)
	l.accounts(l.Context(), l.keys)
}

// challenge is an episode after which nothing more goes to the provider for a
// while, so it comes late, and before a restart.
func (l *life) challenge() {
	l.episode(rig.OAuth, func(h *providertest.AccountHandle, _ string) {
		h.Next(providertest.Challenge())
		l.ask()
		l.ask()
	})
	rig.Close(l, l.eng)
	l.open()
}

// end closes the engine with leases out, and goes on using it.
func (l *life) end() {
	l.restart()
	h, id := l.add(rig.OAuth)
	lease, err := l.pool.Acquire(l.Context(), multiaccount.Request{Account: id})
	rig.Must(l, err)
	l.keep(lease)
	closing, cancel := context.WithTimeout(l.Context(), time.Millisecond)
	defer cancel()
	l.err(l.eng.Close(closing))
	lease.Done(multiaccount.Outcome{Status: http.StatusUnauthorized, Header: http.Header{"X-Token": {h.AccessToken()}}})
	l.ask()
	_, err = l.pool.Add(l.Context(), rig.OAuth(h))
	l.err(err)
	rig.Must(l, os.WriteFile(l.accountFile(id), []byte(`{"version":1,"access_token":"`+h.AccessToken()), 0o600))
}

func (l *life) accountFile(id string) string {
	return filepath.Join(l.dir, "anthropic", "accounts", id+".json")
}

func TestNoSecretIsSaid(t *testing.T) {
	t.Parallel()
	for name, log := range map[string]func(*life, *multiaccount.Config){
		"zerolog": func(l *life, c *multiaccount.Config) {
			logger := zerolog.New(l.transcript).Level(zerolog.TraceLevel)
			c.Logger = &logger
		},
		"slog": func(l *life, c *multiaccount.Config) {
			c.Slog = slog.New(slog.NewTextHandler(l.transcript, &slog.HandlerOptions{Level: slog.LevelDebug - 4}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wholeLife(newLife(t, log))
		})
	}
}

func wholeLife(l *life) {
	l.Helper()
	l.upstream()
	l.exchanges()
	l.host()
	l.disk()
	l.openAI()
	l.challenge()
	l.end()
	l.open() // finds a file that cannot be read
	l.ask()
	rig.Close(l, l.eng)
	l.checkHeard()
	if found := l.leaks(providertest.TokenMark); len(found) > 0 {
		l.Errorf("%d places show a secret, the first: %s", len(found), found[0])
	}
	l.checkFiles()
}

// checkHeard checks that the life was as full as it was meant to be.
func (l *life) checkHeard() {
	l.Helper()
	for _, kind := range []string{
		"event.AccountJoined", "event.AccountLeft", "event.AccountSwitched", "event.AccountCooled",
		"event.AccountQuarantined", "event.LoginRefreshed", "event.LoginRejected", "event.RefreshFailed",
		"event.VerificationRequired", "event.SaveFailed", "event.CircuitOpened",
		"*multiaccount.AllAccountsLimitedError", "*multiaccount.ReauthRequiredError", "*multiaccount.ForeignHostError",
		"*multiaccount.AccountUnavailableError", "*multiaccount.DuplicateAccountError", "*multiaccount.InvalidAccountError",
		"*providers.RefreshError", "multiaccount.AccountStatus", "*multiaccount.Lease",
		"policy.Decision", "multiaccount.Attempt", "event.DecisionMade",
	} {
		if l.heard(kind) == 0 {
			l.Errorf("no %s was ever said", kind)
		}
	}
	for _, text := range []string{"DeadLetter", "panicked", "refresh_failed"} {
		if !l.logged(text) {
			l.Errorf("the log never speaks of %q", text)
		}
	}
}

// checkFiles checks that only account files, and what was set aside of them,
// hold secrets.
func (l *life) checkFiles() {
	l.Helper()
	secrets := 0
	rig.Must(l, filepath.Walk(l.dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if !strings.Contains(string(content), providertest.TokenMark) {
			return err
		}
		secrets++
		if filepath.Base(filepath.Dir(path)) != "accounts" || !strings.Contains(path, ".json") {
			l.Errorf("%s holds a secret", path)
		}
		if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
			l.Errorf("%s has mode %04o", path, mode)
		}
		return err
	}))
	if secrets == 0 {
		l.Error("no file holds a secret: the life stored nothing")
	}
}
