package dashboard_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/gateway/dashboard"
	"github.com/seed-810f1486/multiaccount/internal/serving"
	"github.com/seed-810f1486/multiaccount/providers/configured"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// place is a gateway that serves, and the fake provider behind it.
type place struct {
	srv *providertest.Server
	dir string
	eng *multiaccount.Engine
	// url is the gateway's address, token its first client's.
	url, token string
	// stop ends it, and returns what serve returns.
	stop func() error
	log  *rig.Log
}

// account is one at the provider, with a window that is partly used.
func (p *place) account(name string) *providertest.AccountHandle {
	return p.srv.AddAccount(providertest.Account{
		Name: name, Email: name + "@example.com", Windows: []providertest.Window{{Name: "5h", Used: 40}, {Name: "7d", Used: 97}},
	})
}

// newPlace serves the accounts work and spare. The test runs beside others: most of
// its time it waits for a browser.
func newPlace(t *testing.T) *place {
	t.Helper()
	t.Parallel()
	p := &place{srv: providertest.New(providertest.Options{DeviceInterval: time.Millisecond}), dir: t.TempDir(), log: &rig.Log{}}
	t.Cleanup(p.srv.Close)
	a, o := p.srv.Endpoints(providertest.Anthropic), p.srv.Endpoints(providertest.OpenAI)
	text := fmt.Sprintf(`{"usage_poll_interval_seconds": 0, "providers": {
		"anthropic": {"base_url": %q, "token_url": %q, "authorize_url": %q, "usage_url": %q, "profile_url": %q},
		"openai": {"base_url": %q, "token_url": %q, "authorize_url": %q, "device_url": %q, "usage_url": %q}}}`,
		a.BaseURL, a.TokenURL, a.AuthorizeURL, a.UsageURL, a.ProfileURL, o.BaseURL, o.TokenURL, o.AuthorizeURL, o.DeviceURL, o.UsageURL)
	rig.Must(t, os.WriteFile(filepath.Join(p.dir, settings.FileName), []byte(text), 0o600))
	clients, err := gateway.OpenClients(filepath.Join(p.dir, serving.ClientsName))
	rig.Must(t, err)
	p.token, err = clients.Add(t.Context(), gateway.Client{ID: "laptop"})
	rig.Must(t, err)
	p.serve(t, "127.0.0.1:0")
	for _, name := range []string{"work", "spare"} {
		login := rig.OAuth(p.account(name))
		login.Label = name
		rig.Add(t, p.pool(t, "anthropic"), login)
	}
	return p
}

// serve starts the gateway at an address.
func (p *place) serve(t *testing.T, address string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	serves, ended := make(chan string, 1), make(chan error, 1)
	log := zerolog.New(p.log)
	go func() {
		ended <- serving.Run(ctx, serving.At(address), serving.Host{
			Dir: p.dir, SettingsFile: filepath.Join(p.dir, settings.FileName), In: strings.NewReader(""), Err: p.log,
			Announce: func(_ context.Context, url string) error { serves <- url; return nil },
			Open: func(ctx context.Context) (eng *multiaccount.Engine, _ *zerolog.Logger, err error) {
				p.eng, err = p.openEngine(ctx, &log)
				return p.eng, &log, err
			},
		})
	}()
	stop := func() error {
		cancel()
		err := <-ended
		ended <- err
		return err
	}
	p.stop = stop
	t.Cleanup(func() { _ = stop() })
	select {
	case p.url = <-serves:
	case err := <-ended:
		ended <- err
		t.Fatalf("it does not serve: %v", err)
	}
}

func (p *place) openEngine(ctx context.Context, log *zerolog.Logger) (*multiaccount.Engine, error) {
	file := filepath.Join(p.dir, settings.FileName)
	s, err := settings.Load(file)
	if err != nil {
		return nil, err
	}
	return multiaccount.Open(ctx, multiaccount.Config{Dir: p.dir, Providers: configured.Routed(s), SettingsFile: file, Logger: log})
}

func (p *place) pool(t *testing.T, provider string) *multiaccount.Pool {
	t.Helper()
	return rig.Pool(t, p.eng, provider)
}

// status is that of the account with a label.
func (p *place) status(t *testing.T, provider, label string) multiaccount.AccountStatus {
	t.Helper()
	all, err := p.pool(t, provider).Accounts(t.Context())
	rig.Must(t, err)
	for i := range all {
		if all[i].Label == label {
			return all[i]
		}
	}
	t.Fatalf("there is no account %s", label)
	return multiaccount.AccountStatus{}
}

// link is an address that logs in once.
func (p *place) link(t *testing.T) string {
	t.Helper()
	link, err := dashboard.NewLink(t.Context(), filepath.Join(p.dir, dashboard.FileName))
	rig.Must(t, err)
	return link
}

// ask sends one request by way of the gateway, as a client.
func (p *place) ask(t *testing.T, token string) int {
	t.Helper()
	return post(t, p.url+"/anthropic/v1/messages", token, `{"model":"claude-sonnet-4-6","max_tokens":9,"messages":[{"role":"user","content":"hello"}]}`)
}

func secretOf(link string) string {
	_, secret, _ := strings.Cut(link, "#login=")
	return secret
}
