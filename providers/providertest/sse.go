package providertest

import "fmt"

// named is a server-sent event with a name.
func named(name, format string, args ...any) piece {
	data := fmt.Appendf(nil, "event: %s\ndata: ", name)
	return piece{data: append(fmt.Appendf(data, format, args...), "\n\n"...)}
}

// unnamed is one without.
func unnamed(format string, args ...any) piece {
	return piece{data: append(fmt.Appendf([]byte("data: "), format, args...), "\n\n"...)}
}

func (p piece) asOutput() piece {
	p.output = true
	return p
}

// StreamError answers 200 with a stream that breaks off in an error event with
// this code ("overloaded_error" of Anthropic, "rate_limit_exceeded" of OpenAI)
// after that many events that show output: 0 breaks off before any. It
// streams even to a request that did not ask for it.
func StreamError(afterOutputs int, code string) Answer {
	return brokenStream(afterOutputs, func(s shape, number int) piece {
		return errorEvent(s, number, code)
	})
}

// StreamFailed is [StreamError] with the Responses API's other way to say it,
// an event response.failed; where that does not exist it is StreamError.
func StreamFailed(afterOutputs int, code string) Answer {
	return brokenStream(afterOutputs, func(s shape, number int) piece {
		if s != responses {
			return errorEvent(s, number, code)
		}
		return named("response.failed", `{"type":"response.failed","sequence_number":%d,"response":{"id":"resp_1","object":"response",`+
			`"status":"failed","error":{"code":%s,"message":"The stream broke off."},"incomplete_details":null,"output":[]}}`, number, quote(code))
	})
}

func errorEvent(s shape, number int, code string) piece {
	switch s {
	case messages:
		return named("error", `{"type":"error","error":{"type":%s,"message":"The stream broke off."}}`, quote(code))
	case responses:
		return named("error", `{"type":"error","sequence_number":%d,"code":%s,"message":"The stream broke off.","param":null}`, number, quote(code))
	case chat:
	}
	return unnamed(`{"error":{"message":"The stream broke off.","type":"server_error","param":null,"code":%s}}`, quote(code))
}

func brokenStream(afterOutputs int, last func(shape, int) piece) Answer {
	return delivered(func(x *exchange, _ rendering) {
		events := beginning(x.events(), afterOutputs)
		events = append(events, last(x.shape, len(events)))
		x.send(rendering{contentType: streamType, pieces: events})
	})
}

// beginning returns the events before the one that would show one output too
// many.
func beginning(events []piece, outputs int) []piece {
	for i, e := range events {
		if !e.output {
			continue
		}
		if outputs == 0 {
			return events[:i:i]
		}
		outputs--
	}
	return events
}
