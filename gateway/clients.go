package gateway

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"time"
)

// Clients tells whose token a token is. Implementations are safe for concurrent use.
type Clients interface {
	// Client returns the client that has the token; nil when nobody has it. Its
	// duration must not depend on how much of the token is right.
	Client(token string) *Client
}

// Client is one program or machine that may use the gateway. Nobody changes it after
// it was returned.
type Client struct {
	// ID is short, has no slashes, and is never given to another client.
	ID string
	// AddedAt is when it was added; zero when not known.
	AddedAt time.Time
	// Providers are the names of the providers that it may use; none means all.
	Providers []string
	// Accounts are the ids of the accounts that it may use; none means all. No other
	// account ever serves it, even when none of these can.
	Accounts []string
	// Models are patterns of the models that it may ask for, in which "*" stands for
	// any text; none means all. With patterns, a request whose model cannot be read is
	// refused.
	Models []string
	// DailyTokens is how many tokens it may use from one midnight of the local time to
	// the next, input and output together; 0 means no limit. A request that is under
	// way is finished.
	DailyTokens int64
	// MaxInFlight is how many requests it may have at the same time; 0 means no limit.
	MaxInFlight int
	// MaxWait is how long a request waits for an account when all are limited, in
	// addition to the wait of the engine's settings.
	MaxWait time.Duration
	// Priority orders the requests that wait for a busy account: those of the client
	// with the highest Priority are served first.
	Priority int
}

// mayUse reports whether it may use one of these providers.
func (c *Client) mayUse(names []string) bool {
	return len(c.Providers) == 0 || slices.ContainsFunc(names, func(name string) bool { return slices.Contains(c.Providers, name) })
}

// TokenHash is the SHA-256 of a token. The gateway needs no more of it.
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

// Client implements [Clients]. It compares every token, also after it has found one.
// An empty token is nobody's.
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
