package dashboard

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLinksWorkOnce(t *testing.T) {
	s := newSite(t)
	first, second := s.secret(t), s.secret(t)
	must(t, takeLink(t.Context(), s.file, first))
	for _, wrong := range []string{first, "", second + "x", hashed(second)} {
		if err := takeLink(t.Context(), s.file, wrong); !errors.Is(err, errWrongLink) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	must(t, takeLink(t.Context(), s.file, second))
}

// The file is its owner's alone, and has no secret.
func TestFileHasNoSecret(t *testing.T) {
	s := newSite(t)
	secret := s.secret(t)
	data, err := os.ReadFile(s.file)
	must(t, err)
	info, err := os.Stat(s.file)
	must(t, err)
	if strings.Contains(string(data), secret) || !strings.Contains(string(data), hashed(secret)) || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%s %s", info.Mode(), data)
	}
}

func TestLinksEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), FileName)
		must(t, Announce(t.Context(), file, "http://127.0.0.1:8383"))
		link, err := NewLink(t.Context(), file)
		must(t, err)
		time.Sleep(LinkLife + time.Second)
		_, secret, _ := strings.Cut(link, "=")
		if err := takeLink(t.Context(), file, secret); !errors.Is(err, errWrongLink) {
			t.Errorf("an old link: %v", err)
		}
	})
}

func TestLinksAreBounded(t *testing.T) {
	s := newSite(t)
	first := s.secret(t)
	for range maxLinks {
		s.secret(t)
	}
	if err := takeLink(t.Context(), s.file, first); !errors.Is(err, errWrongLink) {
		t.Errorf("the oldest of too many links: %v", err)
	}
}

// There are no links but to a dashboard that is served.
func TestLinksNeedADashboard(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	file := filepath.Join(dir, FileName)
	if _, err := NewLink(t.Context(), file); !errors.Is(err, ErrNotServed) {
		t.Errorf("before it is served: %v", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("to ask for a link has made the folder: %v", err)
	}
	must(t, Announce(t.Context(), file, "http://127.0.0.1:8383"))
	link, err := NewLink(t.Context(), file)
	must(t, err)
	must(t, Withdraw(t.Context(), file))
	if _, err := NewLink(t.Context(), file); !errors.Is(err, ErrNotServed) {
		t.Errorf("after it was served: %v", err)
	}
	_, secret, _ := strings.Cut(link, "=")
	if err := takeLink(t.Context(), file, secret); !errors.Is(err, errWrongLink) {
		t.Errorf("a link of the one before: %v", err)
	}
}

// A process that ends does not end the links of the one that has taken over.
func TestWithdrawLeavesAnother(t *testing.T) {
	file := filepath.Join(t.TempDir(), FileName)
	must(t, edit(t.Context(), file, func(p *place) error {
		*p = place{Address: "http://127.0.0.1:1", PID: os.Getpid() + 1}
		return nil
	}))
	must(t, Withdraw(t.Context(), file))
	if _, err := NewLink(t.Context(), file); err != nil {
		t.Error(err)
	}
}

func TestFileOfNonsense(t *testing.T) {
	file := filepath.Join(t.TempDir(), FileName)
	must(t, os.WriteFile(file, []byte("{"), 0o600))
	if _, err := NewLink(t.Context(), file); err == nil || !strings.Contains(err.Error(), "delete it") {
		t.Errorf("error %v", err)
	}
}
