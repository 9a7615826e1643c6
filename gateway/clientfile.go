package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// The reasons for which a change of a [ClientFile] is refused.
var (
	// ErrClientExists is returned for a name that another client has.
	ErrClientExists = errors.New("gateway: a client has this name already; remove it, or choose another name")
	// ErrUnknownClient is returned for a name that no client has.
	ErrUnknownClient = errors.New("gateway: no client has this name")
	// ErrClientName is returned for a text that cannot be a name.
	ErrClientName = errors.New("gateway: a client's name has 1 to 64 letters, digits, dots, hyphens and underscores, and begins with a letter or a digit")
)

// ClientFile are the clients in a file, which holds the hashes of their tokens and
// no token. It is safe for concurrent use, and several processes may change the
// file at the same time.
type ClientFile struct {
	path   string
	tokens atomic.Pointer[Tokens]
	// reading is held while the file is read; read is what it was then.
	reading sync.Mutex
	read    atomic.Pointer[fs.FileInfo]
	// unstored are the clients of Lend; nil for none.
	unstored atomic.Pointer[Tokens]
}

var _ Clients = (*ClientFile)(nil)

// OpenClients reads the clients in a file; one that is not there has none. The
// error says what to do about a file that cannot be read.
func OpenClients(path string) (*ClientFile, error) {
	f := &ClientFile{path: path}
	if err := f.Reload(); err != nil {
		return nil, err
	}
	return f, nil
}

// Reload reads the file again. After an error the clients that were read last stay.
func (f *ClientFile) Reload() error {
	f.reading.Lock()
	defer f.reading.Unlock()
	if info := f.info(); info != nil { // before it is read: what changes after that is seen
		f.read.Store(&info)
	}
	data, err := os.ReadFile(f.path) //nolint:gosec // no request says which file
	switch {
	case err == nil && len(data) == 0: // somebody is writing it
		return f.unreadable(io.ErrUnexpectedEOF)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the clients of the gateway cannot be read: %w; give the file its owner's rights, or move it away, and the next start makes a new token", err)
	}
	stored, err := decodeClients(data)
	if err != nil {
		return f.unreadable(err)
	}
	f.use(stored)
	return nil
}

func (f *ClientFile) unreadable(err error) error {
	return fmt.Errorf("%s is no list of clients: %w; mend it, or move it away, and the next start makes a new token", f.path, err)
}

// Follow reads the file again after each change, until stop is called. A file that
// is gone has no clients. When the file cannot be read, nothing changes, and rejected
// is called with the reason, by the goroutine that reads. stop waits for that
// goroutine.
func (f *ClientFile) Follow(rejected func(error)) (stop func()) {
	return persistence.WatchFile(f.path, func() {
		if err := f.Reload(); err != nil {
			rejected(err)
		}
	})
}

// Client implements [Clients]. For an unknown token it reads the file again if that has
// changed, so that a client which another process has just added is known at once.
func (f *ClientFile) Client(token string) *Client {
	known := f.known(token)
	if known == nil && f.changed() && f.Reload() == nil { // why it cannot be read, Follow tells
		return f.known(token)
	}
	return known
}

// changed reports whether the file has changed since it was read last.
func (f *ClientFile) changed() bool {
	now, was := f.info(), f.read.Load()
	if now == nil {
		return false
	}
	return was == nil || !os.SameFile(*was, now) || !now.ModTime().Equal((*was).ModTime()) || now.Size() != (*was).Size()
}

// info describes the file; nil when it is not there.
func (f *ClientFile) info() fs.FileInfo {
	info, err := os.Stat(f.path) //nolint:gosec // no request says which file
	if err != nil {
		return nil
	}
	return info
}

func (f *ClientFile) known(token string) *Client {
	stored := f.tokens.Load().Client(token)
	if lent := f.unstored.Load(); lent != nil && stored == nil {
		return lent.Client(token)
	}
	return stored
}

// All returns the clients, the oldest first.
func (f *ClientFile) All() []Client {
	tokens := *f.tokens.Load()
	all := make([]Client, 0, len(tokens))
	for i := range tokens {
		all = append(all, tokens[i].Client)
	}
	return all
}

// Add makes a client and returns its token, which cannot be read again. Errors:
// [ErrClientExists], [ErrClientName], and what keeps the file from being written.
func (f *ClientFile) Add(ctx context.Context, c Client) (token string, err error) {
	token = newToken()
	err = f.edit(ctx, func(stored *clientList) error { return stored.add(token, c) })
	if err != nil {
		return "", err
	}
	return token, nil
}

// Lend makes a client that f alone knows, and returns its token: nothing is stored, so
// that it ends with this process. A stored client may have the same name; they are one
// client then, with two tokens. Errors: [ErrClientName].
func (f *ClientFile) Lend(c Client) (token string, err error) {
	if !clientName.MatchString(c.ID) {
		return "", fmt.Errorf("%w: %q is none", ErrClientName, c.ID)
	}
	token = newToken()
	for {
		before, after := f.unstored.Load(), Tokens{{Hash: HashToken(token), Client: c}}
		if before != nil {
			after = append(after, *before...)
		}
		if f.unstored.CompareAndSwap(before, &after) {
			return token, nil
		}
	}
}

// Remove ends a client: from then on its token is refused. Errors:
// [ErrUnknownClient], and what keeps the file from being written.
func (f *ClientFile) Remove(ctx context.Context, id string) error {
	return f.edit(ctx, func(stored *clientList) error { return stored.remove(id) })
}

// edit changes the file, and then takes it over.
func (f *ClientFile) edit(ctx context.Context, change func(*clientList) error) error {
	var stored *clientList
	err := persistence.EditFile(ctx, f.path, func(data []byte) (changed []byte, err error) {
		if stored, err = decodeClients(data); err != nil {
			return nil, f.unreadable(err)
		}
		if err := change(stored); err != nil {
			return nil, err
		}
		return stored.encode()
	})
	if err != nil {
		return err
	}
	f.use(stored)
	return nil
}

// use takes over what is stored, which was decoded before.
func (f *ClientFile) use(stored *clientList) {
	tokens := make(Tokens, 0, len(stored.known))
	for i := range stored.known {
		tokens = append(tokens, stored.known[i].token())
	}
	f.tokens.Store(&tokens)
}
