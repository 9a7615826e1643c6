package gateway

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// ClientFile are the clients in a file, which holds the hashes of their tokens and
// no token. It is safe for concurrent use.
type ClientFile struct {
	path   string
	tokens atomic.Pointer[Tokens]
}

var _ Clients = (*ClientFile)(nil)

// OpenClients reads the clients in a file; one that is not there has none. The
// error says what to do about a file that cannot be read.
func OpenClients(path string) (*ClientFile, error) {
	f := &ClientFile{path: path}
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the clients of the gateway cannot be read: %w; give the file its owner's rights, or move it away, and the next start makes a new token", err)
	}
	stored, err := decodeClients(data)
	if err != nil {
		return nil, f.unreadable(err)
	}
	f.use(stored)
	return f, nil
}

func (f *ClientFile) unreadable(err error) error {
	return fmt.Errorf("%s is no list of clients: %w; mend it, or move it away, and the next start makes a new token", f.path, err)
}

// Client implements [Clients].
func (f *ClientFile) Client(token string) *Client { return f.tokens.Load().Client(token) }

// First makes the first client, and returns its token, which is not to be had
// again. It is empty when there is a client already.
func (f *ClientFile) First(ctx context.Context, c Client) (token string, err error) {
	err = persistence.EditFile(ctx, f.path, func(data []byte) ([]byte, error) {
		stored, err := decodeClients(data)
		if err != nil {
			return nil, f.unreadable(err)
		}
		if len(stored.Clients) == 0 {
			token = newToken()
			if err := stored.add(token, c); err != nil {
				return nil, err
			}
		}
		f.use(stored)
		return json.MarshalIndent(stored, "", "  ")
	})
	return token, err
}

// use takes over what is stored, which was decoded before.
func (f *ClientFile) use(stored *clientList) {
	tokens := make(Tokens, 0, len(stored.known))
	for i := range stored.known {
		tokens = append(tokens, stored.known[i].token())
	}
	f.tokens.Store(&tokens)
}

// newToken returns a token of 256 random bits.
func newToken() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // it never fails
	return "mag_" + base64.RawURLEncoding.EncodeToString(secret)
}

// clientList is the file. Members of a client that are not known stay.
type clientList struct {
	Version int               `json:"version"`
	Clients []json.RawMessage `json:"clients"`

	known []storedClient
}

// storedClient is one client in the file.
type storedClient struct {
	ID          string    `json:"id"`
	TokenSHA256 string    `json:"token_sha256"`
	AddedAt     time.Time `json:"added_at"`
	Providers   []string  `json:"providers,omitempty"`
	MaxInFlight int       `json:"max_in_flight,omitempty"`
	MaxWaitMS   int64     `json:"max_wait_ms,omitempty"`

	hash TokenHash
}

const clientsVersion = 1

func decodeClients(data []byte) (*clientList, error) {
	list := &clientList{Version: clientsVersion, Clients: []json.RawMessage{}}
	if len(data) == 0 {
		return list, nil
	}
	if err := json.Unmarshal(data, list); err != nil {
		return nil, err
	}
	if list.Version != clientsVersion {
		return nil, fmt.Errorf("its version is %d, and this program knows %d", list.Version, clientsVersion)
	}
	for i, raw := range list.Clients {
		var c storedClient
		if err := json.Unmarshal(raw, &c); err != nil {
			return nil, fmt.Errorf("client %d: %w", i+1, err)
		}
		hash, err := hex.DecodeString(c.TokenSHA256)
		if c.ID == "" || err != nil || len(hash) != len(c.hash) {
			return nil, fmt.Errorf("client %d has no id, or no token_sha256 of 64 digits", i+1)
		}
		c.hash = TokenHash(hash)
		list.known = append(list.known, c)
	}
	return list, nil
}

func (l *clientList) add(token string, c Client) error {
	hash := HashToken(token)
	stored := storedClient{
		ID: c.ID, TokenSHA256: hex.EncodeToString(hash[:]), AddedAt: time.Now().UTC().Truncate(time.Second),
		Providers: c.Providers, MaxInFlight: c.MaxInFlight, MaxWaitMS: c.MaxWait.Milliseconds(), hash: hash,
	}
	raw, err := json.Marshal(stored)
	if err != nil {
		return err
	}
	l.Clients, l.known = append(l.Clients, raw), append(l.known, stored)
	return nil
}

func (c *storedClient) token() Token {
	return Token{Hash: c.hash, Client: Client{
		ID: c.ID, Providers: c.Providers, MaxInFlight: c.MaxInFlight, MaxWait: time.Duration(c.MaxWaitMS) * time.Millisecond,
	}}
}
