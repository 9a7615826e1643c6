// Package imports_test takes in logins as other programs leave them.
package imports_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scene is a pool, and a login of Claude Code that is not in it.
type scene struct {
	srv   *providertest.Server
	eng   *multiaccount.Engine
	pool  *multiaccount.Pool
	alice *providertest.AccountHandle
	// path is Claude Code's file with alice's login.
	path string
}

func newScene(t *testing.T) *scene {
	t.Helper()
	srv := rig.Server(t)
	s := &scene{srv: srv, alice: srv.AddAccount(providertest.Account{Name: "alice"}), path: filepath.Join(t.TempDir(), ".credentials.json")}
	s.eng = rig.Open(t, multiaccount.Config{Providers: rig.Providers(srv)})
	s.pool = rig.Pool(t, s.eng, "anthropic")
	s.write(t)
	return s
}

// write stores alice's login as it is now, as its own program would.
func (s *scene) write(t *testing.T) {
	t.Helper()
	data, err := json.Marshal(map[string]any{"claudeAiOauth": map[string]any{
		"accessToken": s.alice.AccessToken(), "refreshToken": s.alice.RefreshToken(),
		"expiresAt": s.alice.ExpiresAt().UnixMilli(), "subscriptionType": "max",
	}})
	rig.Must(t, err)
	rig.Must(t, os.WriteFile(s.path, data, 0o600))
}

func (s *scene) take(t *testing.T, o multiaccount.ImportOptions) multiaccount.ImportEntry {
	t.Helper()
	o.Paths = []string{s.path}
	report, err := s.eng.Import(t.Context(), o)
	rig.Must(t, err)
	if len(report) != 1 {
		t.Fatalf("%d entries: %+v", len(report), report)
	}
	return report[0]
}

func TestLinkedLoginServesAndIsKnownAgain(t *testing.T) {
	s := newScene(t)
	if e := s.take(t, multiaccount.ImportOptions{DryRun: true}); e.Result != multiaccount.ImportTaken || e.AccountID != "" {
		t.Errorf("dry run: %+v", e)
	}
	if all, err := s.pool.Accounts(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("a dry run added %d accounts (%v)", len(all), err)
	}
	taken := s.take(t, multiaccount.ImportOptions{})
	if taken.Result != multiaccount.ImportTaken || !taken.Linked || taken.Provider != "anthropic" {
		t.Errorf("import: %+v", taken)
	}
	if status := rig.Status(t, s.pool, taken.AccountID); status.LinkedTo != s.path || status.Plan != "Claude Max" {
		t.Errorf("status: %+v", status)
	}
	rig.MustAsk(t, rig.Client(t, s.pool), s.srv.URL)
	s.alice.Login() // its program has another token now
	s.write(t)
	if e := s.take(t, multiaccount.ImportOptions{}); e.Result != multiaccount.ImportKnown || e.AccountID != taken.AccountID {
		t.Errorf("second import: %+v", e)
	}
}

// A linked login is never refreshed: what its program stores is read again.
func TestLinkedLoginIsReadAgain(t *testing.T) {
	s := newScene(t)
	id := s.take(t, multiaccount.ImportOptions{}).AccountID
	client := rig.Client(t, s.pool)
	s.alice.Expire()
	if a, err := rig.Ask(rig.Deadline(t), client, s.srv.URL); !isReauth(err) && a.Status != http.StatusUnauthorized {
		t.Errorf("the token has ended, and its program has no other: status %d, error %v", a.Status, err)
	}
	s.alice.Login()
	s.write(t)
	rig.Must(t, s.pool.Refresh(t.Context(), id))
	rig.MustAsk(t, client, s.srv.URL)
	if n := s.srv.Stats().ByEndpoint[providertest.Token]; n != 0 {
		t.Errorf("%d calls of the token endpoint for a linked login", n)
	}
}

func isReauth(err error) bool {
	var reauth *multiaccount.ReauthRequiredError
	return errors.As(err, &reauth)
}

func TestAdoptedLoginIsRefreshed(t *testing.T) {
	s := newScene(t)
	id := s.take(t, multiaccount.ImportOptions{}).AccountID
	s.alice.Login() // newer than what was imported
	s.write(t)
	rig.Must(t, s.pool.Adopt(t.Context(), id))
	if status := rig.Status(t, s.pool, id); status.LinkedTo != "" {
		t.Errorf("adopted, and linked to %s", status.LinkedTo)
	}
	s.alice.Expire()
	rig.Must(t, s.pool.Refresh(t.Context(), id))
	rig.MustAsk(t, rig.Client(t, s.pool), s.srv.URL)
	if stats := s.srv.Stats(); stats.Refreshes != 1 || stats.RefreshTokensSpentTwice != 0 {
		t.Errorf("%d refreshes, %d spent twice", stats.Refreshes, stats.RefreshTokensSpentTwice)
	}
}

// What a file's odd member costs is told, and the login serves.
func TestLoginWithAnOddMemberServes(t *testing.T) {
	s := newScene(t)
	rig.Must(t, os.WriteFile(s.path, []byte("\xef\xbb\xbf"+`{"claudeAiOauth":{"accessToken":"`+s.alice.AccessToken()+`\n","expiresAt":"soon"}}`), 0o600))
	taken := s.take(t, multiaccount.ImportOptions{})
	if taken.Result != multiaccount.ImportTaken || taken.Note != "expiresAt is no time that is known" {
		t.Errorf("import: %+v", taken)
	}
	rig.MustAsk(t, rig.Client(t, s.pool), s.srv.URL)
}

// Codex sends the workspace that its file names, whatever one the user's tokens
// name, and so does an account that was adopted and refreshed.
func TestWorkspaceOfTheFileStays(t *testing.T) {
	s := newScene(t)
	user := s.srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Organization: "personal"})
	s.path = filepath.Join(t.TempDir(), "auth.json")
	pool := rig.Pool(t, s.eng, "openai")
	ids := map[string]string{}
	for _, workspace := range []string{"personal", "team"} {
		user.Login()
		content := `{"auth_mode":"chatgpt","OPENAI_API_KEY":"sk-1","tokens":{"access_token":"` + user.AccessToken() + `","refresh_token":"` + user.RefreshToken() + `","account_id":"` + workspace + `"}}`
		rig.Must(t, os.WriteFile(s.path, []byte(content), 0o600))
		report, err := s.eng.Import(t.Context(), multiaccount.ImportOptions{Paths: []string{s.path}, Adopt: true})
		rig.Must(t, err)
		if len(report) != 2 || report[0].Result != multiaccount.ImportTaken || report[1].Result != multiaccount.ImportSkipped {
			t.Fatalf("%s: %+v", workspace, report)
		}
		ids[workspace] = report[0].AccountID
	}
	if ids["team"] == ids["personal"] {
		t.Fatal("two workspaces are one account")
	}
	rig.Must(t, pool.Refresh(t.Context(), ids["team"]))
	for workspace, id := range ids {
		sent := make(sentHeaders, 1)
		_, err := rig.Ask(multiaccount.WithAccount(rig.Deadline(t), id), &http.Client{Transport: pool.Transport(sent)}, s.srv.URL)
		rig.Must(t, err)
		if got := (<-sent).Get("Chatgpt-Account-Id"); got != workspace {
			t.Errorf("%s: a request named %q", workspace, got)
		}
	}
}

// sentHeaders answer every request well, and keep what was sent.
type sentHeaders chan http.Header

func (s sentHeaders) RoundTrip(r *http.Request) (*http.Response, error) {
	s <- r.Header
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

func TestAdoptionOfALoginWhoseSourceIsGone(t *testing.T) {
	s := newScene(t)
	id := s.take(t, multiaccount.ImportOptions{}).AccountID
	rig.Must(t, os.Remove(s.path))
	rig.Must(t, s.pool.Adopt(t.Context(), id))
	rig.Must(t, s.pool.Refresh(t.Context(), id))
}

func TestImportNeverReplacesAKnownLogin(t *testing.T) {
	s := newScene(t)
	id := rig.Add(t, s.pool, rig.OAuth(s.alice))
	if e := s.take(t, multiaccount.ImportOptions{}); e.Result != multiaccount.ImportKnown || e.AccountID != id {
		t.Errorf("import of a held token: %+v", e)
	}
	if status := rig.Status(t, s.pool, id); status.Generation != 1 || status.LinkedTo != "" {
		t.Errorf("the account was changed: %+v", status)
	}
}

func TestNamedFileThatIsNoSource(t *testing.T) {
	s := newScene(t)
	rig.Must(t, os.WriteFile(s.path, []byte("{}"), 0o600))
	report, err := s.eng.Import(t.Context(), multiaccount.ImportOptions{Paths: []string{s.path}})
	if err == nil || len(report) != 1 || report[0].Result != multiaccount.ImportSkipped {
		t.Errorf("report %+v, error %v", report, err)
	}
}

// What was imported once and removed does not come back, and a pool with accounts gets
// none more.
func TestImportOnce(t *testing.T) {
	s := newScene(t)
	taken := s.take(t, multiaccount.ImportOptions{Once: true})
	if taken.Result != multiaccount.ImportTaken || !taken.Linked {
		t.Fatalf("the first time: %+v", taken)
	}
	if again := s.take(t, multiaccount.ImportOptions{Once: true}); again.Result != multiaccount.ImportSkipped {
		t.Errorf("into a pool with an account: %+v", again)
	}
	rig.Must(t, s.pool.Remove(t.Context(), taken.AccountID))
	if again := s.take(t, multiaccount.ImportOptions{Once: true}); again.Result != multiaccount.ImportSkipped || again.Reason == "" {
		t.Errorf("after its removal: %+v", again)
	}
	if again := s.take(t, multiaccount.ImportOptions{}); again.Result != multiaccount.ImportTaken {
		t.Errorf("by its owner's own call: %+v", again)
	}
}

// By itself an engine imports into an empty pool, once: what its user removes
// does not come back.
func TestAutoImport(t *testing.T) {
	s := newScene(t)
	home, dir := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for _, name := range []string{"CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_DATA_HOME", "OPENCODE_CONFIG_DIR"} {
		t.Setenv(name, "")
	}
	rig.Must(t, os.MkdirAll(filepath.Join(home, ".claude"), 0o700))
	s.path = filepath.Join(home, ".claude", ".credentials.json")
	s.write(t)
	config := multiaccount.Config{Dir: dir, Providers: rig.Providers(s.srv), AutoImport: true}
	for round, want := range []int{1, 0} {
		eng := rig.Open(t, config)
		pool := rig.Pool(t, eng, "anthropic")
		all, err := pool.Accounts(t.Context())
		rig.Must(t, err)
		if len(all) != want {
			t.Fatalf("opening %d found %d accounts, want %d", round+1, len(all), want)
		}
		for _, a := range all {
			rig.Must(t, pool.Remove(t.Context(), a.ID))
		}
		rig.Close(t, eng)
	}
}
