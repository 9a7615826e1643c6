package login_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func open(t *testing.T, p providers.Provider) (*multiaccount.Pool, string) {
	t.Helper()
	dir := t.TempDir()
	eng, err := multiaccount.Open(t.Context(), multiaccount.Config{Dir: dir, Providers: []providers.Provider{p}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := eng.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	pool, err := eng.Pool(p.Name())
	if err != nil {
		t.Fatal(err)
	}
	return pool, dir
}

func granted(t *testing.T, p providers.Provider) account.Grant {
	t.Helper()
	grant, err := login.Paste(t.Context(), p, func(_ context.Context, q login.Question) (string, error) {
		return approve(t, q.URL).String(), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return grant
}

func TestSaveStoresWhatTheProviderTells(t *testing.T) {
	srv, owner := fake(t, providertest.Anthropic)
	owner.Update(func(a *providertest.Account) { a.Organization = "org-1" })
	p := newAnthropic(srv)
	pool, dir := open(t, p)
	first, err := login.Save(t.Context(), pool, p, login.New{Grant: granted(t, p), Label: "work"})
	if err != nil {
		t.Fatal(err)
	}
	if first.Label != "work" || first.Email != "ada@example.com" || first.Plan != "Claude Max" || first.Known || len(first.Untold) != 0 {
		t.Errorf("saved %+v", first)
	}
	file, err := os.ReadFile(filepath.Join(dir, "anthropic", "accounts", first.ID+".json"))
	if err != nil || !strings.Contains(string(file), owner.RefreshToken()) || !strings.Contains(string(file), "user:inference") {
		t.Errorf("the file does not have the login: %v", err)
	}
	again, err := login.Save(t.Context(), pool, p, login.New{Grant: granted(t, p)})
	if err != nil || !again.Known || again.ID != first.ID || again.Label != "work" {
		t.Errorf("the second login: %+v, %v", again, err)
	}
}

func TestSaveDoesWithoutProfileAndUsage(t *testing.T) {
	srv, _ := fake(t, providertest.OpenAI)
	p := newOpenAI(srv)
	pool, _ := open(t, p)
	grant := granted(t, p)
	srv.StartOutage(providertest.OpenAI, providertest.Unavailable())
	saved, err := login.Save(t.Context(), pool, p, login.New{Grant: grant})
	if err != nil || saved.Plan != "ChatGPT Plus" || len(saved.Untold) != 1 {
		t.Errorf("saved %+v, %v", saved, err)
	}
}

func TestSaveKeepsAnAPIKey(t *testing.T) {
	srv, owner := fake(t, providertest.Anthropic)
	p := newAnthropic(srv)
	pool, _ := open(t, p)
	saved, err := login.Save(t.Context(), pool, p, login.New{APIKey: account.NewSecret(owner.APIKey()), Label: "key"})
	if err != nil || saved.Label != "key" || len(saved.Untold) != 0 {
		t.Errorf("saved %+v, %v", saved, err)
	}
	var known *multiaccount.DuplicateAccountError
	if _, err := login.Save(t.Context(), pool, p, login.New{APIKey: account.NewSecret(owner.APIKey())}); !errors.As(err, &known) {
		t.Errorf("the same key again: %v", err)
	}
}

func TestSaveStoresNothingOnceCalledOff(t *testing.T) {
	srv, _ := fake(t, providertest.Anthropic)
	p := newAnthropic(srv)
	pool, _ := open(t, p)
	grant := granted(t, p)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := login.Save(ctx, pool, p, login.New{Grant: grant}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if all, err := pool.Accounts(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("accounts %+v, %v", all, err)
	}
}

func TestSuggest(t *testing.T) {
	for name, c := range map[string]struct {
		goos  string
		env   map[string]string
		first login.Method
	}{
		"a desktop":           {"linux", map[string]string{"WAYLAND_DISPLAY": "wayland-0"}, login.ByBrowser},
		"a forwarded display": {"linux", map[string]string{"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "x"}, login.ByBrowser},
		"WSL":                 {"linux", map[string]string{"WSL_DISTRO_NAME": "Debian"}, login.ByBrowser},
		"ssh into WSL":        {"linux", map[string]string{"WSL_DISTRO_NAME": "Debian", "SSH_CONNECTION": "x"}, login.ByDevice},
		"a server":            {"linux", nil, login.ByDevice},
		"a Mac":               {"darwin", nil, login.ByBrowser},
		"a Mac, over ssh":     {"darwin", map[string]string{"SSH_TTY": "/dev/ttys0"}, login.ByDevice},
		"Windows":             {"windows", nil, login.ByBrowser},
	} {
		methods, reason := login.Suggest(c.goos, func(name string) string { return c.env[name] })
		if methods[0] != c.first || (reason == "") != (c.first == login.ByBrowser) {
			t.Errorf("%s: %v, %q", name, methods, reason)
		}
	}
}
