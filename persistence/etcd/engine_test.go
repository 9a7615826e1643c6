package etcd_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/vault"
)

// refreshTime is the provider's timeout in engines of tests. It is longer than a busy
// machine lets a process wait.
const refreshTime = 8 * time.Second

// engineConfig says what an engine process opens. Its key is wrapped by
// "passphrase", as in a fleet of a user's.
type engineConfig struct {
	Endpoints []string
	Prefix    string
	BaseURL   string
	TokenURL  string
	// Gated has each exchange wait for a line of standard input.
	Gated bool
}

// order has an engine do something with an account: acquire, refresh or say its state, or
// look at the register of that name or change it to Value. Its answer is a line.
type order struct{ Work, Account, Value string }

type answer struct {
	// Sending is set when an exchange waits before its request is sent.
	Sending bool   `json:",omitempty"`
	Token   string `json:",omitempty"`
	// Saw is what a register held, Refused that its change is not stored.
	Saw     string `json:",omitempty"`
	Refused bool   `json:",omitempty"`
	Error   string `json:",omitempty"`
}

// hasty is a provider whose refreshes end soon.
type hasty struct{ providers.Provider }

func (hasty) RefreshTimeout() time.Duration { return refreshTime }

// gate holds up exchanges.
type gate struct {
	tell func(answer)
	open chan struct{}
}

func (g *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	g.tell(answer{Sending: true})
	<-g.open
	return http.DefaultTransport.RoundTrip(req)
}

// beEngine is an engine that does what it is told, until its input ends.
func beEngine(config string, in io.Reader, out io.Writer) error {
	var c engineConfig
	if err := json.Unmarshal([]byte(config), &c); err != nil {
		return err
	}
	ctx := context.Background()
	o := etcd.Options{Endpoints: c.Endpoints, Prefix: c.Prefix}
	var store *etcd.Store
	err := answered(func() (err error) {
		if o.Cipher, err = etcd.Unlock(ctx, o, func() (string, error) { return "passphrase", nil }); err != nil {
			return err
		}
		store, err = etcd.Open(ctx, o)
		return err
	})
	if err != nil {
		return err
	}
	lines := json.NewEncoder(out)
	g := &gate{tell: func(a answer) { _ = lines.Encode(a) }, open: make(chan struct{})}
	options := anthropic.Options{BaseURL: c.BaseURL, TokenURL: c.TokenURL}
	if c.Gated {
		options.HTTPClient = &http.Client{Transport: g}
	}
	eng, err := openEngine(store, hasty{anthropic.New(options)})
	if err != nil {
		return err
	}
	pool, err := eng.Pool("anthropic")
	if err != nil {
		return err
	}
	_ = lines.Encode(answer{}) // ready
	for orders := bufio.NewScanner(in); orders.Scan(); {
		var o order
		if err := json.Unmarshal(orders.Bytes(), &o); err != nil {
			return err
		}
		if o.Work == "go" {
			close(g.open)
			continue
		}
		go func() { _ = lines.Encode(do(pool, store, o)) }()
	}
	return errors.Join(eng.Close(ctx), store.Close())
}

func openEngine(store persistence.Store, p providers.Provider) (eng *multiaccount.Engine, err error) {
	s := settings.Default()
	s.ProactiveRefresh, s.UsagePollInterval, s.MaxWait = false, 0, 0
	err = answered(func() error {
		eng, err = multiaccount.Open(context.Background(), multiaccount.Config{Store: store, Providers: []providers.Provider{p}, Settings: s})
		return err
	})
	return eng, err
}

func do(pool *multiaccount.Pool, store *etcd.Store, o order) answer {
	ctx, cancel := context.WithTimeout(context.Background(), long)
	defer cancel()
	if o.Work == "look" || o.Work == "change" {
		got := ask(store, registerKey(o.Account), step{o.Work == "change", o.Value})
		a := answer{Saw: got.value, Refused: got.refused}
		if got.unknown {
			a.Error = "no answer"
		}
		return a
	}
	if o.Work == "state" {
		return answer{Saw: stateOf(ctx, pool, o.Account)}
	}
	if o.Work == "refresh" {
		if err := pool.Refresh(ctx, o.Account); err != nil {
			return answer{Error: err.Error()}
		}
	}
	lease, err := pool.Acquire(ctx, multiaccount.Request{Account: o.Account})
	if err != nil {
		return answer{Error: err.Error()}
	}
	defer lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	return answer{Token: lease.Token()}
}

// stateOf is an account's state and the reason for it.
func stateOf(ctx context.Context, pool *multiaccount.Pool, id string) string {
	all, err := pool.Accounts(ctx)
	if err != nil {
		return err.Error()
	}
	for _, a := range all {
		if a.ID == id {
			return string(a.State) + ": " + a.Reason
		}
	}
	return ""
}

// engine is an engine process, seen from its test.
type engine struct {
	tb    testing.TB
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan answer
	end   sync.Once
}

func startEngine(tb testing.TB, c engineConfig) *engine {
	tb.Helper()
	config, err := json.Marshal(c)
	if err != nil {
		tb.Fatal(err)
	}
	e := &engine{tb: tb, cmd: exec.Command(os.Args[0]), lines: make(chan answer, 100)}
	e.cmd.Env = append(os.Environ(), engineVariable+"="+string(config))
	e.cmd.Stderr = os.Stderr
	out, err := e.cmd.StdoutPipe()
	if err == nil {
		e.in, err = e.cmd.StdinPipe()
	}
	if err == nil {
		err = e.cmd.Start()
	}
	if err != nil {
		tb.Fatal(err)
	}
	go func() {
		defer close(e.lines)
		for lines := json.NewDecoder(out); ; {
			var a answer
			if lines.Decode(&a) != nil {
				return
			}
			e.lines <- a
		}
	}()
	tb.Cleanup(e.kill)
	e.next() // ready
	return e
}

// kill ends the process at once.
func (e *engine) kill() {
	e.end.Do(func() {
		_ = e.cmd.Process.Kill()
		for range e.lines { // until its reader is gone
		}
		_ = e.cmd.Wait()
	})
}

func (e *engine) order(work, account string) {
	line, err := json.Marshal(order{Work: work, Account: account})
	if err == nil {
		_, err = e.in.Write(append(line, '\n'))
	}
	if err != nil {
		e.tb.Error(err)
	}
}

func (e *engine) next() answer {
	e.tb.Helper()
	select {
	case a, ok := <-e.lines:
		if !ok {
			e.tb.Fatal("an engine has ended")
		}
		return a
	case <-time.After(2 * long):
		e.tb.Fatal("an engine tells nothing")
		return answer{}
	}
}

func (e *engine) do(work, account string) answer {
	e.order(work, account)
	return e.next()
}

func (e *engine) signal(s syscall.Signal) { _ = e.cmd.Process.Signal(s) }

// stage is a provider, an etcd and a fleet with accounts.
type stage struct {
	srv     *providertest.Server
	config  engineConfig
	store   *etcd.Store
	logins  map[string]*providertest.AccountHandle
	ids     []string
	options etcd.Options
}

// newStage makes a fleet with n accounts. Their tokens live for ttl, and have
// ended, as far as the fleet knows, when expired is set.
func newStage(tb testing.TB, n int, ttl time.Duration, expired bool, endpoints ...string) *stage {
	tb.Helper()
	srv := providertest.New(providertest.Options{TokenTTL: ttl})
	tb.Cleanup(srv.Close)
	key, err := vault.NewKey()
	if err != nil {
		tb.Fatal(err)
	}
	e, err := key.ByPassphrase("passphrase")
	if err != nil {
		tb.Fatal(err)
	}
	o := etcd.Options{Endpoints: endpoints, Prefix: "/fleet", Cipher: key}
	initialise(tb, o, e)
	at := srv.Endpoints(providertest.Anthropic)
	s := &stage{
		srv: srv, options: o, store: open(tb, o), logins: map[string]*providertest.AccountHandle{},
		config: engineConfig{Endpoints: endpoints, Prefix: o.Prefix, BaseURL: at.BaseURL, TokenURL: at.TokenURL},
	}
	tb.Cleanup(func() { _ = s.store.Close() })
	s.add(tb, n, expired)
	return s
}

// add adds accounts as a program would that has an engine on the fleet.
func (s *stage) add(tb testing.TB, n int, expired bool) {
	tb.Helper()
	s.withPool(tb, func(pool *multiaccount.Pool) {
		for i := range n {
			h := s.srv.AddAccount(providertest.Account{Flavour: providertest.Anthropic, Email: string(rune('a'+i)) + "@example.com"})
			ends := h.ExpiresAt()
			if expired {
				ends = time.Now().Add(-time.Minute)
			}
			id, err := pool.Add(tb.Context(), loginOf(h, ends))
			must(tb, err)
			s.ids, s.logins[id] = append(s.ids, id), h
		}
	})
}

// withPool has an engine open on the fleet for as long as do takes.
func (s *stage) withPool(tb testing.TB, do func(*multiaccount.Pool)) {
	tb.Helper()
	eng, err := openEngine(s.store, anthropic.New(anthropic.Options{BaseURL: s.config.BaseURL, TokenURL: s.config.TokenURL}))
	must(tb, err)
	pool, err := eng.Pool("anthropic")
	must(tb, err)
	do(pool)
	must(tb, eng.Close(tb.Context()))
}

// loginOf is an account's latest login, whose token ends at ends.
func loginOf(h *providertest.AccountHandle, ends time.Time) multiaccount.NewAccount {
	a := h.Account()
	return multiaccount.NewAccount{
		Email: a.Email, Subject: a.Subject, Organization: a.Organization,
		AccessToken: h.AccessToken(), RefreshToken: h.RefreshToken(), ExpiresAt: ends,
	}
}

// verify checks that no refresh token was spent twice, and that what is stored of
// each account is the login that the provider gave last.
func (s *stage) verify(tb testing.TB) {
	tb.Helper()
	stats := s.srv.Stats()
	if stats.RefreshTokensSpentTwice != 0 {
		tb.Errorf("%d refresh tokens were spent twice", stats.RefreshTokensSpentTwice)
	}
	s.verifyStored(tb)
}

func (s *stage) verifyStored(tb testing.TB) {
	tb.Helper()
	for id, h := range s.logins {
		rec, err := s.store.Read(tb.Context(), persistence.Key{Provider: "anthropic", ID: id})
		switch {
		case err != nil:
			tb.Errorf("%s: %v", id, err)
		case rec.Fault != nil:
			tb.Errorf("%s has a fault: %s", id, rec.Fault.Reason)
		case rec.Credentials.RefreshToken.Reveal() != h.RefreshToken():
			tb.Errorf("%s: stored is another login than the provider's latest", id)
		}
	}
}
