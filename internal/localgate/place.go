package localgate

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// Place is where a gateway serves. Its JSON names are stable.
type Place struct {
	// Address is a URL without a path.
	Address string `json:"address"`
	PID     int    `json:"pid"`
	// Temporary is set for one that ends with its users.
	Temporary bool `json:"temporary,omitempty"`
}

// announceTime is how long an announcement waits for those that look just now.
const announceTime = time.Second

// Announce lets others find a gateway, until withdraw is called or this process
// ends. Nothing is told of one that programs on this machine cannot reach without a
// certificate, nor of a second one for the same directory.
func Announce(ctx context.Context, dir, address string, temporary bool) (withdraw func() error, err error) {
	nothing := func() error { return nil }
	address = local(address)
	if address == "" {
		return nothing, nil
	}
	ctx, cancel := context.WithTimeout(ctx, announceTime)
	defer cancel()
	lock, err := persistence.Take(ctx, filepath.Join(dir, placeLock))
	if errors.Is(err, persistence.ErrLocked) {
		return nothing, nil
	}
	if err != nil {
		return nothing, err
	}
	text, err := json.Marshal(Place{address, os.Getpid(), temporary})
	if err == nil {
		err = persistence.WriteFile(filepath.Join(dir, placeName), append(text, '\n'), true)
	}
	if err != nil {
		return nothing, errors.Join(err, lock.Release())
	}
	return lock.Release, nil
}

// local is the address of a gateway as a program on this machine uses it; empty when
// it cannot.
func local(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" {
		return ""
	}
	ip := net.ParseIP(u.Hostname())
	switch {
	case ip == nil:
		return ""
	case ip.IsUnspecified():
		u.Host = net.JoinHostPort("127.0.0.1", u.Port())
	case !ip.IsLoopback():
		return ""
	}
	return u.String()
}

// Find returns where the gateway of a directory serves; ok is false when none does.
func Find(dir string) (p Place, ok bool, err error) {
	taken, err := persistence.IsTaken(filepath.Join(dir, placeLock))
	if err != nil || !taken {
		return p, false, err
	}
	text, err := persistence.ReadOwn(filepath.Join(dir, placeName))
	if err != nil || json.Unmarshal(text, &p) != nil {
		return Place{}, false, err // it is about to be written
	}
	return p, p.Address != "" && lives(p.PID), nil
}

// lives reports whether there is such a process: a file that a dead one has left
// must not lead to who has its port now.
func lives(pid int) bool {
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer process.Release() //nolint:errcheck // a handle to read
	return !errors.Is(process.Signal(syscall.Signal(0)), os.ErrProcessDone)
}
