package providers

import "net/http"

// StreamReader is implemented by providers whose event streams can report a
// failure after a status of success. Streams of other providers are passed on
// as they come.
type StreamReader interface {
	// ReadEvent says what a server-sent event shows, whatever the order and
	// spacing of its members. name may be empty. data may be only the beginning of
	// a long event, and is 1 MiB at most. It may also be a JSON object that the
	// server sent instead of a stream. The caller owns the bytes and may change
	// them later.
	// ReadEvent keeps no state, and allocates only for a failure and for figures.
	ReadEvent(name, data []byte) StreamEvent
}

// StreamStep is what an event of a stream shows.
type StreamStep uint8

// The steps.
const (
	// StreamUnknown: an event that the provider cannot judge.
	StreamUnknown StreamStep = iota
	// StreamPreamble: the answer has begun, but shows nothing yet.
	StreamPreamble
	// StreamOutput: a part of the answer.
	StreamOutput
	// StreamEnd: the answer is complete. A stream that ends after any other known
	// event, without a failure, was cut.
	StreamEnd
	// StreamFailed: there will be no answer, or no more of it.
	StreamFailed
)

// StreamEvent is what a [StreamReader] found in an event.
type StreamEvent struct {
	Step StreamStep
	// Status and Body are set with StreamFailed only: the answer that would say
	// the same without a stream, for [Provider.Classify].
	Status int
	Body   []byte
	// Header is set for an event that tells what answers have as headers, such as quota
	// figures: those headers, for [Provider.Classify]. The step is none that ends the
	// stream.
	Header http.Header
}
