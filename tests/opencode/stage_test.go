// Package opencode_test loads the plugin for OpenCode (plugins/opencode) with the real
// program behind it and a fake provider behind that, by Node's test runner. In OpenCode
// itself tests/agents runs it.
package opencode_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pluginDir is where the plugin is.
const pluginDir = "../../plugins/opencode"

// stage has a fake provider and the program.
type stage struct {
	t       *testing.T
	srv     *providertest.Server
	program string
	owners  map[string]*providertest.AccountHandle
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, srv: rig.Server(t), program: rig.Command(t), owners: map[string]*providertest.AccountHandle{}}
	t.Cleanup(func() { rig.Ended(t, s.program) })
	for _, name := range []string{"alice", "ada"} {
		s.owners[name] = s.srv.AddAccount(providertest.Account{Name: name, Email: name + "@example.com"})
	}
	for _, name := range []string{"bob", "ben"} {
		s.owners[name] = s.srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Name: name, Email: name + "@example.com"})
	}
	s.owners["alice"].Approve()
	s.owners["bob"].Approve()
	return s
}

// newHome makes a state directory with the accounts of some owners.
func (s *stage) newHome(owners ...string) (dir string, err error) {
	dir, err = os.MkdirTemp(s.t.TempDir(), "home")
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "settings.jsonc"), rig.SettingsOf(s.srv), 0o600); err != nil {
		return "", err
	}
	return dir, s.addTo(dir, owners)
}

func (s *stage) addTo(dir string, owners []string) error {
	eng, err := multiaccount.Open(s.t.Context(), multiaccount.Config{Dir: dir, Providers: rig.Providers(s.srv), Settings: rig.Settings()})
	if err != nil {
		return err
	}
	defer eng.Close(s.t.Context()) //nolint:errcheck // what was added is stored
	for _, name := range owners {
		owner := s.owners[name]
		provider := "anthropic"
		if owner.Account().Flavour == providertest.OpenAI {
			provider = "openai"
		}
		pool, err := eng.Pool(provider)
		if err != nil {
			return err
		}
		if _, err := pool.Add(s.t.Context(), rig.OAuth(owner)); err != nil {
			return err
		}
	}
	return nil
}

// control lets the tests in JavaScript change the stage.
func (s *stage) control() *httptest.Server {
	mux := http.NewServeMux()
	answer := func(path string, do func(r *http.Request) (any, error)) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			value, err := do(r)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			_ = json.NewEncoder(w).Encode(value)
		})
	}
	answer("/home", func(r *http.Request) (any, error) {
		return s.newHome(strings.Fields(r.FormValue("owners"))...)
	})
	answer("/login", func(r *http.Request) (any, error) { return s.stored(r.FormValue("owner")), nil })
	answer("/limit", func(r *http.Request) (any, error) {
		s.owners[r.FormValue("owner")].Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
		return nil, nil
	})
	answer("/approve", func(r *http.Request) (any, error) {
		code, err := s.srv.WaitDevice(r.Context())
		if err == nil && !s.owners[r.FormValue("owner")].ApproveDevice(code) {
			err = fmt.Errorf("nobody waits for %s", code)
		}
		return code, err
	})
	control := httptest.NewServer(mux)
	s.t.Cleanup(control.Close)
	return control
}

// stored is an owner's login as OpenCode stores one.
func (s *stage) stored(owner string) map[string]any {
	h := s.owners[owner]
	return map[string]any{"type": "oauth", "access": h.AccessToken(), "refresh": h.RefreshToken(), "expires": h.ExpiresAt().UnixMilli()}
}
