package traffic

import (
	"net/http"

	"github.com/seed-810f1486/multiaccount/gateway"
)

// Observers returns one for all, to be set in a [gateway.Config]; nil for none.
func Observers(all ...func(*gateway.Exchange) gateway.Tap) func(*gateway.Exchange) gateway.Tap {
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return func(e *gateway.Exchange) gateway.Tap {
		var taps taps
		for _, observe := range all {
			if t := observe(e); t != nil {
				taps = append(taps, t)
			}
		}
		return taps
	}
}

// taps are several for one exchange.
type taps []gateway.Tap

// Answered implements [gateway.Tap].
func (t taps) Answered(status int, header http.Header) {
	for _, one := range t {
		one.Answered(status, header)
	}
}

// Passed implements [gateway.Tap].
func (t taps) Passed(piece []byte) {
	for _, one := range t {
		one.Passed(piece)
	}
}

// Attempted implements [gateway.AttemptTap].
func (t taps) Attempted(a Attempt) {
	for _, one := range t {
		if one, ok := one.(gateway.AttemptTap); ok {
			one.Attempted(a)
		}
	}
}

// Ended implements [gateway.Tap].
func (t taps) Ended(complete bool) {
	for _, one := range t {
		one.Ended(complete)
	}
}
