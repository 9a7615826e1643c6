package providers

// StreamReader is implemented by providers whose event streams tell of
// failures after a status of success. Streams of others are passed on as they
// come.
type StreamReader interface {
	// ReadEvent says what a server-sent event shows, whatever the order and
	// spacing of its members; name may be empty. Data may be only the beginning
	// of an event that goes on, is cut off after 1 MiB, and may be an object
	// that came in place of a stream. The bytes are the caller's, who may change
	// them later. ReadEvent keeps no state, and allocates nothing but for a
	// failure.
	ReadEvent(name, data []byte) StreamEvent
}

// StreamStep is what an event of a stream shows.
type StreamStep uint8

// The steps.
const (
	// StreamUnknown: no event of a stream that the provider can judge.
	StreamUnknown StreamStep = iota
	// StreamPreamble: the answer has begun, and nothing of it is to be seen yet.
	StreamPreamble
	// StreamOutput: a part of the answer.
	StreamOutput
	// StreamEnd: the answer is complete. A stream whose last known event is
	// another one, and no failure, was cut.
	StreamEnd
	// StreamFailed: there will be no answer, or no more of it.
	StreamFailed
)

// StreamEvent is what [StreamReader] read in an event.
type StreamEvent struct {
	Step StreamStep
	// Status and Body are set with StreamFailed only: the answer that would
	// have told the same without a stream. [Provider.Classify] reads it.
	Status int
	Body   []byte
}
