package gateway

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"time"
)

// Clients know whose token it is. Implementations are safe for concurrent use.
type Clients interface {
	// Client returns the client that has the token, nil when nobody has. How long
	// it takes must not depend on how much of a token is right.
	Client(token string) *Client
}

// Client is one program or machine that may use the gateway. It is not changed
// once it was returned.
type Client struct {
	// ID is short, without slashes, and never used for another client.
	ID string
	// AddedAt is when it was added; zero when not known.
	AddedAt time.Time
	// Providers are the names of those that it may use; none means all.
	Providers []string
	// Accounts are the ids of those that it may use; none means all. No other
	// account ever serves it, not even where none of these can.
	Accounts []string
	// Models are those that it may ask for, by patterns in which "*" stands for any
	// text; none means all. A request whose model cannot be read is refused then.
	Models []string
	// DailyTokens is how many tokens it may use from one midnight of the local time to
	// the next, input and output together; 0 means no limit. A request that is under
	// way is finished.
	DailyTokens int64
	// MaxInFlight is how many requests it may have at the same time; 0 means no limit.
	MaxInFlight int
	// MaxWait is how long a request waits for an account when all are limited,
	// beyond what the engine's settings have it wait.
	MaxWait time.Duration
	// Priority orders requests that wait for an account that is busy: those of the
	// client with the greatest get one first.
	Priority int
}

// mayUse reports whether it may use one of these providers.
func (c *Client) mayUse(names []string) bool {
	return len(c.Providers) == 0 || slices.ContainsFunc(names, func(name string) bool { return slices.Contains(c.Providers, name) })
}

// TokenHash is the SHA-256 of a token, which is enough to know it by.
type TokenHash [sha256.Size]byte

// HashToken returns the hash of a token.
func HashToken(token string) TokenHash { return sha256.Sum256([]byte(token)) }

// Token is a client and its token.
type Token struct {
	Hash   TokenHash
	Client Client
}

// Tokens are clients that do not change.
type Tokens []Token

var _ Clients = Tokens(nil)

// Client implements [Clients]. It looks at every token, whichever it finds. No token
// is nobody's.
func (t Tokens) Client(token string) *Client {
	if token == "" {
		return nil
	}
	hash := HashToken(token)
	found := -1
	for i := range t {
		found = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(hash[:], t[i].Hash[:]), i, found)
	}
	if found < 0 {
		return nil
	}
	return &t[found].Client
}
