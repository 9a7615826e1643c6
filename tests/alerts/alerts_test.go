// Package alerts_test sees the program that on_event names as its user does:
// what it gets, how often, and that it bounds nobody but itself.
package alerts_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "alert" {
		os.Exit(alert(os.Args[2], os.Args[3:]))
	}
	goleak.VerifyTestMain(m)
}

// hang tells whoever listens at an address that the program runs, and stays.
func hang(address string) {
	conn, err := net.Dial("tcp", address)
	if err == nil {
		_, _ = conn.Read(make([]byte, 1)) // nobody writes
	}
}

// alert is the program: it adds what it got to a file. With an address it hangs
// then.
func alert(path string, args []string) int {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		return 1
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 1
	}
	line := string(input) + strings.Join(os.Environ(), "\x00") + "\n"
	if _, err := file.WriteString(line); err != nil || file.Close() != nil {
		return 1
	}
	if len(args) > 0 {
		hang(args[0])
	}
	return 0
}

// scene is two accounts on a folder, alice's login being refused when asked for.
type scene struct {
	srv   *providertest.Server
	alice *providertest.AccountHandle
	dir   string
	told  string
	args  []string
}

func newScene(t *testing.T, args ...string) *scene {
	t.Helper()
	s := &scene{srv: rig.Server(t), dir: t.TempDir(), told: filepath.Join(t.TempDir(), "told"), args: args}
	s.alice = s.srv.AddAccount(providertest.Account{Email: "alice@example.com", Subject: "alice"})
	return s
}

// open is another process, as far as the engine can tell.
func (s *scene) open(t *testing.T) (*multiaccount.Engine, *rig.Events) {
	t.Helper()
	program, err := os.Executable()
	rig.Must(t, err)
	own := rig.Settings()
	own.OnEvent = append([]string{program, "alert", s.told}, s.args...)
	eng := rig.Open(t, multiaccount.Config{Dir: s.dir, Providers: rig.Providers(s.srv), Settings: own})
	return eng, rig.Record(eng)
}

// lines are what the program was told: an event, and its environment.
func (s *scene) lines(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(s.told)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

// fail has the pool's only account refused for good.
func (s *scene) fail(t *testing.T, eng *multiaccount.Engine) {
	t.Helper()
	s.alice.Revoke()
	pool := rig.Pool(t, eng, "anthropic")
	all, err := pool.Accounts(t.Context())
	rig.Must(t, err)
	var reauth *multiaccount.ReauthRequiredError
	if err := pool.Refresh(t.Context(), all[0].ID); !errors.As(err, &reauth) {
		t.Fatalf("got %v", err)
	}
}

// Two processes see one login refused, and refused again after a restart: its
// owner is told once, with the event, and without the environment's secrets.
func TestOwnerIsToldOnce(t *testing.T) {
	t.Setenv("ANTHROPIC_API_KEY", "sk-in-the-environment")
	s := newScene(t)
	one, seen := s.open(t)
	id := rig.Add(t, rig.Pool(t, one, "anthropic"), rig.OAuth(s.alice))
	two, alsoSeen := s.open(t)
	s.fail(t, one)
	rig.Await[multiaccount.LoginRejected](t, seen)
	rig.Await[multiaccount.LoginRejected](t, alsoSeen)
	rig.Close(t, one)
	rig.Close(t, two)

	again, _ := s.open(t)
	s.fail(t, again)
	rig.Close(t, again)

	lines := s.lines(t)
	if len(lines) != 2 {
		t.Fatalf("told %d times: %q", len(lines)/2, lines)
	}
	var event struct{ Event, Provider, Account, Label, Kind, Reason string }
	if err := json.Unmarshal([]byte(lines[0]), &event); err != nil {
		t.Fatal(err)
	}
	if event.Event != "login_rejected" || event.Account != id || event.Provider != "anthropic" || event.Kind != "reauth" || event.Reason == "" {
		t.Errorf("told %s", lines[0])
	}
	if all := strings.Join(lines, "\n"); strings.Contains(all, "sk-in-the-environment") || strings.Contains(all, s.alice.RefreshToken()) {
		t.Errorf("a secret shows: %s", all)
	}
}

// A program that never ends keeps nobody from closing.
func TestProgramThatHangsIsEnded(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	rig.Must(t, err)
	defer func() { _ = listener.Close() }()
	s := newScene(t, listener.Addr().String())
	eng, _ := s.open(t)
	rig.Add(t, rig.Pool(t, eng, "anthropic"), rig.OAuth(s.alice))
	s.fail(t, eng)
	program, err := listener.Accept()
	rig.Must(t, err)
	defer func() { _ = program.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := eng.Close(ctx); err != nil {
		t.Error(err)
	}
	if n, err := program.Read(make([]byte, 1)); err == nil {
		t.Errorf("the program wrote %d bytes and goes on", n)
	}
}

// A program that cannot be started is a warning in the log, and no more.
func TestProgramThatIsMissingHarmsNothing(t *testing.T) {
	s := newScene(t)
	own := rig.Settings()
	own.OnEvent = []string{filepath.Join(s.dir, "missing")}
	eng := rig.Open(t, multiaccount.Config{Dir: s.dir, Providers: rig.Providers(s.srv), Settings: own})
	rig.Add(t, rig.Pool(t, eng, "anthropic"), rig.OAuth(s.alice))
	s.fail(t, eng)
	rig.Close(t, eng)
}

// Nothing is run unless the settings say so.
func TestAlertsAreOffByDefault(t *testing.T) {
	if len(settings.Default().OnEvent) != 0 {
		t.Error("on_event has a default")
	}
}
