package gateway

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"time"
)

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
	Accounts    []string  `json:"accounts,omitempty"`
	Models      []string  `json:"models,omitempty"`
	DailyTokens int64     `json:"daily_tokens,omitempty"`
	MaxInFlight int       `json:"max_in_flight,omitempty"`
	MaxWaitMS   int64     `json:"max_wait_ms,omitempty"`
	Priority    int       `json:"priority,omitempty"`

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

// clientName matches names that are safe in a path, a log and a command line.
var clientName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func (l *clientList) add(token string, c Client) error {
	switch {
	case !clientName.MatchString(c.ID):
		return fmt.Errorf("%w: %q is none", ErrClientName, c.ID)
	case l.find(c.ID) >= 0:
		return fmt.Errorf("%w: %s", ErrClientExists, c.ID)
	}
	hash := HashToken(token)
	stored := storedOf(c)
	stored.TokenSHA256, stored.AddedAt, stored.hash = hex.EncodeToString(hash[:]), time.Now().UTC().Truncate(time.Second), hash
	raw, err := json.Marshal(stored)
	if err != nil {
		return err
	}
	l.Clients, l.known = append(l.Clients, raw), append(l.known, stored)
	return nil
}

func (l *clientList) remove(id string) error {
	i := l.find(id)
	if i < 0 {
		return fmt.Errorf("%w: %s", ErrUnknownClient, id)
	}
	l.Clients, l.known = slices.Delete(l.Clients, i, i+1), slices.Delete(l.known, i, i+1)
	return nil
}

// find returns the index of a client; -1 when it is not in the list.
func (l *clientList) find(id string) int {
	return slices.IndexFunc(l.known, func(c storedClient) bool { return c.ID == id })
}

func (l *clientList) encode() ([]byte, error) {
	data, err := json.MarshalIndent(l, "", "  ")
	return append(data, '\n'), err
}

// storedOf returns a client as it is stored, without its token and the time when it
// was added.
func storedOf(c Client) storedClient {
	return storedClient{
		ID: c.ID, Providers: c.Providers, Accounts: c.Accounts, Models: c.Models, DailyTokens: c.DailyTokens,
		MaxInFlight: c.MaxInFlight, MaxWaitMS: c.MaxWait.Milliseconds(), Priority: c.Priority,
	}
}

func (c *storedClient) token() Token {
	return Token{Hash: c.hash, Client: Client{
		ID: c.ID, AddedAt: c.AddedAt, Providers: c.Providers, Accounts: c.Accounts, Models: c.Models, DailyTokens: c.DailyTokens, MaxInFlight: c.MaxInFlight,
		MaxWait: time.Duration(c.MaxWaitMS) * time.Millisecond, Priority: c.Priority,
	}}
}
