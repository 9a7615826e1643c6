package providers

// StreamReader is implemented by providers whose event streams tell of
// failures after a status of success. Streams of others are passed on as they
// come.
type StreamReader interface {
	// ReadEvent says what a server-sent event shows. Its bytes are the
	// caller's, who may change them later; data may be cut off after 64 KiB.
	// ReadEvent keeps no state, and allocates nothing but for a failure.
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
	// StreamEnd: the answer is complete.
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
