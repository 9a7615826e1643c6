package traffic

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/seed-810f1486/multiaccount"
)

// Request is one request and what came of it. It carries no secret: neither query,
// headers nor bodies. Watchers do not change it.
type Request struct {
	Begun time.Time
	// Method and Path are the client's; Remote is its address, without the port.
	Method, Path, Remote string
	// Client, Provider, AccountID and Model are empty for what was not passed on to a
	// provider. AccountID is the account that was asked last.
	Client, Provider, AccountID, Model string
	// Attempts is how many times an account was asked.
	Attempts int
	// WebSocket is set for a connection of frames, and Stream for an answer of events.
	WebSocket, Stream bool
	// Status is what the client got; 0 when it got nothing.
	Status int
	// Bytes is how much of an answer was written; not of a WebSocket's.
	Bytes int64
	// FirstByte is how long it took until the answer's first byte, 0 without one;
	// Duration until its end.
	FirstByte, Duration time.Duration
	// Complete is not set when the answer was cut.
	Complete bool
}

// Attempt is one time that an account was asked.
type Attempt = multiaccount.Attempt

// Watcher is told of requests. Its methods are quick and safe for concurrent use;
// for one request they are called one after the other.
type Watcher interface {
	// Began is called first. What it returns is the request's context.
	Began(ctx context.Context, r *Request, header http.Header) context.Context
	// Attempted is called after each attempt.
	Attempted(ctx context.Context, r *Request, a Attempt)
	// Streaming is called when an answer of events, or a WebSocket, begins.
	Streaming(r *Request)
	// Ended is called last.
	Ended(ctx context.Context, r *Request)
}

// AccountHash is what an account is called where its id is not to be read: the first
// 12 hexadecimal digits of the id's SHA-256.
func AccountHash(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:6])
}
