package localgate

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
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
	Temporary bool `json:"-"`
}

// announceTime is how long an announcement waits for those that look just now.
const announceTime = time.Second

// Announce lets others find a gateway, until withdraw is called or this process
// ends; withdraw may be called twice. Of several of a kind the first is found, and the next one when that is gone. Nothing is told of one that programs on
// this machine cannot reach without a certificate. temporary is for one that ends
// with its users.
func Announce(ctx context.Context, dir, address string, temporary bool) (withdraw func(), err error) {
	p := Place{Address: local(address), PID: os.Getpid(), Temporary: temporary}
	if p.Address == "" {
		return func() {}, nil
	}
	first, cancel := context.WithTimeout(ctx, announceTime)
	defer cancel()
	lock, err := p.announce(first, dir)
	if !errors.Is(err, persistence.ErrLocked) {
		return releaser(lock), err
	}
	ctx, stop := context.WithCancel(ctx)
	later := make(chan *persistence.Hold, 1)
	go func() {
		lock, _ := p.announce(ctx, dir) // it serves without
		later <- lock
	}()
	return sync.OnceFunc(func() { stop(); releaser(<-later)() }), nil
}

// announce waits until no other gateway is announced.
func (p Place) announce(ctx context.Context, dir string) (*persistence.Hold, error) {
	lock, err := persistence.Take(ctx, lockOf(dir, p.Temporary))
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(p)
	if err == nil {
		err = persistence.WriteFile(fileOf(dir, p.Temporary), append(text, '\n'), true)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Release())
	}
	return lock, nil
}

// releaser gives a lock back, once.
func releaser(lock *persistence.Hold) func() {
	return sync.OnceFunc(func() {
		if lock != nil {
			_ = lock.Release() // the end of the process does it too
		}
	})
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

// fileOf has what is told of a gateway, and lockOf is held by it.
func fileOf(dir string, temporary bool) string {
	name := placeName
	if temporary {
		name = ofUsers
	}
	return filepath.Join(dir, name+".json")
}

func lockOf(dir string, temporary bool) string {
	return strings.TrimSuffix(fileOf(dir, temporary), ".json") + ".lock"
}

// Find returns where the gateway of a directory serves, one that stays before one
// that ends with its users; ok is false when none does.
func Find(dir string) (p Place, ok bool, err error) {
	if p, ok, err = FindLasting(dir); ok || err != nil {
		return p, ok, err
	}
	return findOne(dir, true)
}

// FindLasting is [Find] for a gateway that stays.
func FindLasting(dir string) (p Place, ok bool, err error) { return findOne(dir, false) }

func findOne(dir string, temporary bool) (p Place, ok bool, err error) {
	taken, err := persistence.IsTaken(lockOf(dir, temporary))
	if err != nil || !taken {
		return p, false, err
	}
	text, err := persistence.ReadOwn(fileOf(dir, temporary))
	if err != nil || json.Unmarshal(text, &p) != nil {
		return Place{}, false, err // it is about to be written
	}
	p.Temporary = temporary
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
