package usage

import (
	"net/http"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/gateway"
)

// Record is one request, or one turn on a WebSocket.
type Record struct {
	At time.Time
	// Client, Provider and Account are ids, Model is what was asked for.
	Client, Provider, Account, Model string
	// Status is what the client got, 0 when it left before.
	Status   int
	Attempts int
	// Complete is not set when the answer was cut, by either side.
	Complete bool
	// Latency is from the request to its end, FirstByte to the answer's first byte; 0
	// without one, and for a turn on a WebSocket, whose latency begins with its
	// first message.
	Latency, FirstByte time.Duration
	Tokens
}

// maxModel is how much of a model's name is kept: it comes from the client.
const maxModel = 100

// tap reads the answer of one exchange.
type tap struct {
	log    *Log
	of     *gateway.Exchange
	reader reader
	status int
	// first is when the first byte passed, of a turn on a WebSocket.
	first time.Time
}

// Observe is for [gateway.Config].
func (l *Log) Observe(e *gateway.Exchange) gateway.Tap { return &tap{log: l, of: e} }

// Answered implements [gateway.Tap].
func (t *tap) Answered(status int, header http.Header) {
	t.status = status
	t.reader.events = strings.HasPrefix(header.Get("Content-Type"), "text/event-stream")
}

// Passed implements [gateway.Tap].
func (t *tap) Passed(piece []byte) {
	if t.first.IsZero() {
		t.first = time.Now()
	}
	t.reader.read(piece)
	if t.isSocket() {
		t.endMessage()
	}
}

func (t *tap) isSocket() bool { return t.of.WebSocket && t.status == http.StatusSwitchingProtocols }

// endMessage ends a WebSocket's message, and the turn with the one that has the
// usage.
func (t *tap) endMessage() {
	t.reader.again()
	if !t.reader.found {
		return
	}
	r := t.record(t.first)
	r.Complete = true
	t.log.Add(r)
	t.reader, t.first = reader{}, time.Time{}
}

// Ended implements [gateway.Tap]. A turn that was cut used what nobody told.
func (t *tap) Ended(complete bool) {
	if t.isSocket() && t.first.IsZero() {
		return
	}
	r := t.record(t.of.Begun)
	r.Complete = complete && !t.isSocket()
	if !t.isSocket() && !t.first.IsZero() {
		r.FirstByte = t.first.Sub(r.At)
	}
	t.log.Add(r)
}

// record is what is known of what began then and ends now.
func (t *tap) record(begun time.Time) Record {
	e := t.of
	return Record{
		At: begun, Client: e.Client.ID, Provider: e.Provider, Account: e.AccountID, Model: strings.Clone(e.Model[:min(len(e.Model), maxModel)]),
		Status: t.status, Attempts: e.Attempts, Latency: time.Since(begun), Tokens: t.reader.tokens(),
	}
}
