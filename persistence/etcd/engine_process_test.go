package etcd_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/persistence/etcd"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/settings"
)

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
