package gateway

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// clientsIn opens a new list with one client.
func clientsIn(t *testing.T) (f *ClientFile, path, token string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "clients.json")
	f, err := OpenClients(path)
	if err != nil {
		t.Fatal(err)
	}
	token, err = f.Add(t.Context(), Client{ID: "laptop", MaxInFlight: 2, MaxWait: time.Hour, Providers: []string{"anthropic"}})
	if err != nil {
		t.Fatal(err)
	}
	return f, path, token
}

// What was added is known at once, and to whoever opens the file later.
func TestClientFile(t *testing.T) {
	f, path, token := clientsIn(t)
	again, err := OpenClients(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []*ClientFile{f, again} {
		c := file.Client(token)
		if c == nil || c.ID != "laptop" || c.MaxInFlight != 2 || c.MaxWait != time.Hour || c.mayUse([]string{"openai"}) || c.AddedAt.IsZero() {
			t.Errorf("the client is %+v", c)
		}
	}
	if _, err := again.Add(t.Context(), Client{ID: "laptop"}); !errors.Is(err, ErrClientExists) {
		t.Errorf("a second one of a name: %v", err)
	}
	for _, name := range []string{"", "-a", "a/b", "a b", "ä"} {
		if _, err := f.Add(t.Context(), Client{ID: name}); !errors.Is(err, ErrClientName) {
			t.Errorf("the name %q: %v", name, err)
		}
	}
	if err := again.Remove(t.Context(), "laptop"); err != nil || again.Client(token) != nil {
		t.Errorf("it was removed and has a client, %v", err)
	}
	if err := again.Remove(t.Context(), "laptop"); !errors.Is(err, ErrUnknownClient) {
		t.Errorf("removed twice: %v", err)
	}
}

// A client that another process has added is known at its first request, whenever the
// change of the file is noticed; one that cannot be read ends nobody.
func TestClientOfAnotherProcess(t *testing.T) {
	f, path, token := clientsIn(t)
	other, err := OpenClients(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"setup-claude", "setup-codex"} {
		added, err := other.Add(t.Context(), Client{ID: name})
		if err != nil {
			t.Fatal(err)
		}
		if c := f.Client(added); c == nil || c.ID != name {
			t.Errorf("the client is %+v, want %s", c, name)
		}
	}
	if err := os.WriteFile(path, []byte(`{"version": 2}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if f.Client("mag_wrong") != nil || f.Client(token) == nil || len(f.All()) != 3 {
		t.Errorf("the clients are %+v", f.All())
	}
}

// A client that is lent is known to one list, and stored nowhere.
func TestLentClient(t *testing.T) {
	f, path, stored := clientsIn(t)
	token, err := f.Lend(Client{ID: "laptop"})
	if err != nil || f.Client(token) == nil || f.Client(token).ID != "laptop" || f.Client(stored) == nil || len(f.All()) != 1 {
		t.Errorf("lent %+v, %v", f.Client(token), err)
	}
	if again, err := OpenClients(path); err != nil || again.Client(token) != nil {
		t.Errorf("it is in the file, or %v", err)
	}
	if err := f.Remove(t.Context(), "laptop"); err != nil || f.Client(stored) != nil || f.Client(token) == nil {
		t.Errorf("a change of the file ended it, or %v", err)
	}
	if _, err := f.Lend(Client{ID: "a/b"}); !errors.Is(err, ErrClientName) {
		t.Errorf("a wrong name: %v", err)
	}
}

// A list that cannot be read changes nothing, and that is told.
func TestClientFileOfNonsense(t *testing.T) {
	f, path, token := clientsIn(t)
	told := make(chan error, 1)
	defer f.Follow(func(err error) { told <- err })()
	if err := os.WriteFile(path, []byte(`{"version": 2}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := <-told; err == nil || f.Client(token) == nil {
		t.Errorf("told %v, and the client is %v", err, f.Client(token))
	}
}
