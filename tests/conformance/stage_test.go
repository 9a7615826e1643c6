package conformance_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// stage is a pool of one subject with two accounts, alice first.
type stage struct {
	*testing.T
	subject
	srv        *providertest.Server
	eng        *multiaccount.Engine
	pool       *multiaccount.Pool
	http       *http.Client
	alice, bob *providertest.AccountHandle
	// aliceID and bobID are the pool's names of them.
	aliceID, bobID string
}

// set returns a stage with both accounts added.
func (s subject) set(t *testing.T, change ...func(*settings.Settings)) *stage {
	t.Helper()
	st := s.empty(t, change...)
	st.aliceID = rig.Add(t, st.pool, s.login(st.alice))
	st.bobID = rig.Add(t, st.pool, s.login(st.bob))
	return st
}

// empty returns a stage whose accounts are not added yet.
func (s subject) empty(t *testing.T, change ...func(*settings.Settings)) *stage {
	t.Helper()
	set := rig.Settings()
	for _, c := range change {
		c(&set)
	}
	srv := rig.Server(t)
	p := s.make(srv.Endpoints(s.flavour), nil)
	eng := rig.Open(t, multiaccount.Config{Providers: []providers.Provider{p}, Settings: set})
	pool := rig.Pool(t, eng, p.Name())
	return &stage{
		T: t, subject: s, srv: srv, eng: eng, pool: pool, http: rig.Client(t, pool),
		alice: srv.AddAccount(providertest.Account{Flavour: s.flavour, Name: "alice", Organization: "org-1"}),
		bob:   srv.AddAccount(providertest.Account{Flavour: s.flavour, Name: "bob", Organization: "org-1"}),
	}
}

// answer is what a request came to, read to its end.
type answer struct {
	status int
	// account is the name of the one that was asked last.
	account string
	body    string
	err     error
}

// question is a request that a rule sends.
type question struct {
	body   string
	header http.Header
	// once is set for a body that cannot be read again.
	once bool
}

const plain = `{"model":"model-1","messages":[{"role":"user","content":"Who are you?"}]}`

func (st *stage) ask() answer { return st.send(st.Context(), question{body: plain}) }

func (st *stage) stream() answer {
	return st.send(st.Context(), question{body: `{"stream":true,` + plain[1:]})
}

func (st *stage) send(ctx context.Context, q question) answer {
	st.Helper()
	ctx, cancel := context.WithTimeout(ctx, rig.Patience)
	defer cancel()
	var body io.Reader = bytes.NewReader([]byte(q.body))
	if q.once {
		body = io.MultiReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, st.url(st.srv), body)
	if err != nil {
		st.Fatal(err)
	}
	if q.header != nil {
		req.Header = q.header
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := st.http.Do(req)
	if err != nil {
		return answer{err: err}
	}
	read, err := io.ReadAll(resp.Body)
	err = errors.Join(err, resp.Body.Close())
	return answer{status: resp.StatusCode, account: resp.Header.Get(providertest.AccountHeader), body: string(read), err: err}
}

// served checks that who answered with a success.
func (st *stage) served(a answer, who *providertest.AccountHandle) {
	st.Helper()
	st.passed(a, http.StatusOK, who)
}

// passed checks that who's answer came back with that status.
func (st *stage) passed(a answer, status int, who *providertest.AccountHandle) {
	st.Helper()
	if a.err != nil || a.status != status || a.account != who.Name() {
		st.Fatalf("status %d by %q, error %v: want %d by %q", a.status, a.account, a.err, status, who.Name())
	}
}

// is checks the state of an account and returns how it stands.
func (st *stage) is(id string, want multiaccount.State) multiaccount.AccountStatus {
	st.Helper()
	status := rig.Status(st.T, st.pool, id)
	if status.State != want {
		st.Errorf("%s is %s (%s), want %s", status.Label, status.State, status.Reason, want)
	}
	return status
}

// untouched checks that an account stands as if it had not been asked.
func (st *stage) untouched(id string) {
	st.Helper()
	if s := st.is(id, multiaccount.StateReady); s.Failures != 0 || !s.CooldownUntil.IsZero() {
		st.Errorf("%s: %d failures, limited until %v", s.Label, s.Failures, s.CooldownUntil)
	}
}

// rests checks how long an account is limited from now on, to a few seconds.
func (st *stage) rests(id string, want time.Duration) {
	st.Helper()
	s := rig.Status(st.T, st.pool, id)
	if left := time.Until(s.CooldownUntil); left > want+time.Second || left < want-15*time.Second {
		st.Errorf("%s is limited for %v (%s), want %v", s.Label, left, s.Reason, want)
	}
}

// asked checks how many generation requests an account got.
func (st *stage) asked(who *providertest.AccountHandle, want int) {
	st.Helper()
	if n := st.srv.Stats().ByAccount[who.Name()]; n != want {
		st.Errorf("%s was asked %d times, want %d", who.Name(), n, want)
	}
}
