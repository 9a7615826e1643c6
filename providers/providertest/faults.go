package providertest

import (
	"net/http"
	"time"
)

// Hang gives no answer until the client goes away or the server closes. It is
// recorded when it begins to hang. To let the request go later, put another
// answer [Answer.Behind] a gate instead.
func Hang() Answer {
	return Answer{write: func(x *exchange) {
		x.srv.recordCall(x, 0)
		<-x.ctx().Done()
		x.cut()
	}}
}

// Cut closes the connection before any answer.
func Cut() Answer {
	return Answer{write: (*exchange).vanish}
}

// CutMidBody begins a success and closes the connection in the middle of its
// body: after half of the events of a stream.
func CutMidBody() Answer {
	return delivered(func(x *exchange, r rendering) {
		x.beginHalf(r)
		x.cut()
	})
}

// SlowBody sends a success with a pause of real time before each event of a
// stream, or before each half of a plain body.
func SlowBody(pause time.Duration) Answer {
	return delivered(func(x *exchange, r rendering) {
		x.begin(http.StatusOK, r.contentType)
		x.write(r, func() bool {
			x.flush()
			return x.pause(pause)
		})
	})
}

// PausedBody begins a success, sends half of it, and goes on when the gate is
// released.
func PausedBody(g *Gate) Answer {
	return delivered(func(x *exchange, r rendering) {
		r.pieces = x.beginHalf(r)
		if !g.pass(x.ctx()) {
			x.cut()
		}
		x.write(r, func() bool { return true })
	})
}

// delivered is the server's own answer, a success being sent by how.
func delivered(how delivery) Answer {
	return Answer{write: func(x *exchange) { x.own(how) }}
}

// beginHalf sends the first half of a success and returns the rest.
func (x *exchange) beginHalf(r rendering) []piece {
	half := len(r.pieces) / 2
	x.begin(http.StatusOK, r.contentType)
	for _, p := range r.pieces[:half] {
		_, _ = x.w.Write(p.data)
	}
	x.flush()
	return r.pieces[half:]
}
