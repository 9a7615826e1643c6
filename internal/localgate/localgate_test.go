package localgate_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/internal/localgate"
	"github.com/seed-810f1486/multiaccount/persistence"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const address = "http://127.0.0.1:1"

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func announce(t *testing.T, dir, address string) (withdraw func()) {
	t.Helper()
	withdraw, err := localgate.Announce(t.Context(), dir, address, false)
	must(t, err)
	return withdraw
}

func found(t *testing.T, dir string) string {
	t.Helper()
	p, ok, err := localgate.Find(dir)
	if must(t, err); !ok {
		return ""
	}
	return p.Address
}

// A gateway is found until it withdraws, and one that waits after it.
func TestAnnounce(t *testing.T) {
	dir := t.TempDir()
	if got := found(t, dir); got != "" {
		t.Errorf("found %s", got)
	}
	first := announce(t, dir, address)
	second := announce(t, dir, "http://127.0.0.1:2")
	if got := found(t, dir); got != address {
		t.Errorf("found %q", got)
	}
	first()
	first()
	for end := time.Now().Add(time.Minute); found(t, dir) != "http://127.0.0.1:2"; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("found %q", found(t, dir))
		}
	}
	third := announce(t, dir, "http://127.0.0.1:3")
	third() // it has waited in vain
	second()
	if got := found(t, dir); got != "" {
		t.Errorf("found %s", got)
	}
}

// Only what programs on this machine can use as it is gets told.
func TestAnnounceIsForThisMachine(t *testing.T) {
	for at, want := range map[string]string{
		"http://[::1]:8": "http://[::1]:8", "http://0.0.0.0:8": "http://127.0.0.1:8", "http://[::]:8": "http://127.0.0.1:8",
		"https://127.0.0.1:8": "", "http://10.0.0.1:8": "", "unix:/x": "",
	} {
		dir := t.TempDir()
		withdraw := announce(t, dir, at)
		if got := found(t, dir); got != want {
			t.Errorf("%s: found %q, want %q", at, got, want)
		}
		withdraw()
	}
}

// What a gateway has left that was killed is not taken for one: neither without its
// lock, nor with that of the next one, which has not written yet.
func TestFindNoDeadGateway(t *testing.T) {
	dir := t.TempDir()
	announce(t, dir, address)()
	if _, err := os.Stat(filepath.Join(dir, "gateway.json")); err != nil || found(t, dir) != "" {
		t.Errorf("found %q, %v", found(t, dir), err)
	}
	dead := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	must(t, dead.Run())
	text, err := json.Marshal(localgate.Place{Address: address, PID: dead.Process.Pid})
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "gateway.json"), text, 0o600))
	lock, err := persistence.TryTake(filepath.Join(dir, "gateway.lock"))
	must(t, err)
	if got := found(t, dir); got != "" {
		t.Errorf("found %q", got)
	}
	must(t, lock.Release())
}

// A token is made once, is the same for all who ask, and is made anew when its client
// or its file is gone.
func TestToken(t *testing.T) {
	dir := t.TempDir()
	list := filepath.Join(dir, "clients.json")
	token := func() string {
		t.Helper()
		token, err := localgate.Token(t.Context(), dir, list, "run-x")
		must(t, err)
		clients, err := gateway.OpenClients(list)
		must(t, err)
		if c := clients.Client(token); c == nil || c.ID != "run-x" || len(clients.All()) != 1 {
			t.Errorf("%v of %d clients", c, len(clients.All()))
		}
		return token
	}
	first := token()
	if token() != first || localgate.Known(dir, "run-x") != first {
		t.Error("two tokens")
	}
	must(t, os.Remove(localgate.TokenFile(dir, "run-x")))
	second := token()
	clients, err := gateway.OpenClients(list)
	must(t, err)
	must(t, clients.Remove(t.Context(), "run-x"))
	if third := token(); second == first || third == second {
		t.Error("a token came back")
	}
	must(t, localgate.Forget(t.Context(), dir, list, "run-x"))
	must(t, localgate.Forget(t.Context(), dir, list, "run-x"))
	if got := localgate.Known(dir, "run-x"); got != "" {
		t.Errorf("known %q", got)
	}
}

// A gateway that takes over a client late is waited for; one that is not there is
// told.
func TestAccepted(t *testing.T) {
	asked := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked < 3 || r.Header.Get("Authorization") != "Bearer x" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	must(t, localgate.Place{Address: srv.URL}.Accepted(t.Context(), "x"))
	srv.Close()
	if err := (localgate.Place{Address: srv.URL}).Accepted(t.Context(), "x"); err == nil || asked != 3 {
		t.Errorf("%v after %d questions", err, asked)
	}
}

// A gateway without users ends after some looks in a row, and who comes then waits
// for its end.
func TestAwaitUnused(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		lock := filepath.Join(dir, "gateway-users.lock")
		hold, err := persistence.Share(t.Context(), lock)
		must(t, err)
		began := time.Now()
		go func() {
			time.Sleep(10*time.Second + 500*time.Millisecond)
			_ = hold.Release()
		}()
		alone := localgate.AwaitUnused(t.Context(), dir)
		if took := time.Since(began); alone == nil || took != 13*time.Second {
			t.Errorf("it took %v", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := persistence.Share(ctx, lock); !errors.Is(err, persistence.ErrLocked) {
			t.Errorf("somebody joined: %v", err)
		}
		must(t, alone.Release())
		ctx, cancel = context.WithCancel(t.Context())
		cancel()
		if hold := localgate.AwaitUnused(ctx, dir); hold != nil {
			t.Error("it has a lock after its end")
		}
	})
}

// What keeps a gateway from starting is told in its words, without what the log had.
func TestStartTellsWhy(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(localgate.LogFile(dir), []byte("before\n"), 0o600))
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.nosuchflag")
	_, err := localgate.Start(t.Context(), dir, command)
	if err == nil || !strings.Contains(err.Error(), "nosuchflag") || strings.Contains(err.Error(), "before") || !strings.HasSuffix(err.Error(), "Its log is "+localgate.LogFile(dir)) {
		t.Errorf("said %v", err)
	}
}
