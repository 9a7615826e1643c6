// Package admin_test drives the admin interface over real HTTP, and holds each
// request and answer against its description.
package admin_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/gateway/admin"
	"github.com/seed-810f1486/multiaccount/internal/usage"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const settingsText = `{
  // what tests want
  "proactive_refresh": false,
  "usage_poll_interval_seconds": 0,
}
`

// scene is a gateway with its admin interface, before the fake provider.
type scene struct {
	srv     *providertest.Server
	dir     string
	engine  *multiaccount.Engine
	clients *gateway.ClientFile
	tokens  *admin.TokenFile
	admin   *admin.Admin
	usage   *usage.Log
	// url is the server's, token the admin token, client that of a client.
	url, token, client string
}

func play(t *testing.T, change ...func(*admin.Config)) *scene {
	t.Helper()
	s := &scene{srv: rig.Server(t), dir: t.TempDir()}
	rig.Must(t, os.WriteFile(s.file(settings.FileName), []byte(settingsText), 0o600))
	s.engine = s.open(t)
	s.openFiles(t)
	c := admin.Config{
		Engine: s.engine, Clients: s.clients, Token: s.tokens, SettingsFile: s.file(settings.FileName),
		Usage: usage.File(s.file(usage.FileName)), TokensToday: s.usage.Today, Version: "test",
	}
	for _, f := range change {
		f(&c)
	}
	var err error
	s.admin, err = admin.New(c)
	rig.Must(t, err)
	g, err := gateway.New(gateway.Config{Engine: s.engine, Clients: s.clients, Observe: s.usage.Observe})
	rig.Must(t, err)
	server := httptest.NewUnstartedServer(nil)
	server.Config = gateway.Server(g)
	server.Config.Handler = g.Guard(s.admin)
	server.Start()
	s.url = server.URL
	t.Cleanup(func() { s.admin.Close(); server.Close() })
	return s
}

func (s *scene) file(name string) string { return filepath.Join(s.dir, name) }

func (s *scene) open(t *testing.T) *multiaccount.Engine {
	t.Helper()
	a, o := s.srv.Endpoints(providertest.Anthropic), s.srv.Endpoints(providertest.OpenAI)
	eng, err := multiaccount.Open(t.Context(), multiaccount.Config{
		Dir: s.dir, SettingsFile: s.file(settings.FileName), Providers: []providers.Provider{
			anthropic.New(anthropic.Options{BaseURL: a.BaseURL, TokenURL: a.TokenURL, AuthorizeURL: a.AuthorizeURL, UsageURL: a.UsageURL, ProfileURL: a.ProfileURL}),
			openai.New(openai.Options{BaseURL: o.BaseURL, TokenURL: o.TokenURL, AuthorizeURL: o.AuthorizeURL, DeviceURL: o.DeviceURL, UsageURL: o.UsageURL}),
		},
	})
	rig.Must(t, err)
	t.Cleanup(func() { rig.Close(t, eng) })
	return eng
}

func (s *scene) openFiles(t *testing.T) {
	t.Helper()
	var err error
	s.clients, err = gateway.OpenClients(s.file("clients.json"))
	rig.Must(t, err)
	s.client, err = s.clients.Add(t.Context(), gateway.Client{ID: "laptop", MaxWait: time.Minute})
	rig.Must(t, err)
	s.tokens, err = admin.OpenToken(s.file("admin.json"))
	rig.Must(t, err)
	s.token, err = s.tokens.Renew(t.Context())
	rig.Must(t, err)
	s.usage, err = usage.Open(t.Context(), s.file(usage.FileName), nil)
	rig.Must(t, err)
	t.Cleanup(func() { rig.Must(t, s.usage.Close()) })
}

// owner adds an account at the provider and its login to the pool, and returns both.
func (s *scene) owner(t *testing.T, email string) (*providertest.AccountHandle, string) {
	t.Helper()
	h := s.srv.AddAccount(providertest.Account{Email: email, Windows: []providertest.Window{{Name: "5h", Used: 37}}})
	return h, rig.Add(t, rig.Pool(t, s.engine, "anthropic"), rig.OAuth(h))
}
