package etcd_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/vault"
)

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
