package providertest

import (
	"maps"
	"net/http"
)

// Answer is what the server answers when it is told to, see [Server.Script]
// and [Server.StartOutage]. An answer is a value that can be used many times
// and for both flavours; each gives it the body that the provider would send.
// The zero value is [OK].
type Answer struct {
	write  func(*exchange)
	gate   *Gate
	spend  bool
	always bool
}

// Behind returns the answer held back by a gate.
func (a Answer) Behind(g *Gate) Answer {
	a.gate = g
	return a
}

// Always returns the answer as one that a script gives to every request that
// matches, until [Script.Stop].
func (a Answer) Always() Answer {
	a.always = true
	return a
}

// AfterSpending returns the answer for a token exchange that takes place all
// the same: the refresh token is spent, its successor issued, and the client
// gets this answer in their stead. Other endpoints make no difference.
func (a Answer) AfterSpending() Answer {
	a.spend = true
	return a
}

// give answers the exchange.
func (a Answer) give(x *exchange) {
	if a.gate != nil && !a.gate.pass(x.ctx()) {
		x.vanish()
	}
	if a.write == nil {
		x.own((*exchange).send)
		return
	}
	a.write(x)
}

// OK is the answer that the server gives by itself: a success, or a 429 when
// a quota window is exhausted.
func OK() Answer { return Answer{} }

// Reply is any other answer. The header may be nil; without a Content-Type
// in it the body is JSON.
func Reply(status int, header http.Header, body string) Answer {
	header = header.Clone()
	return Answer{write: func(x *exchange) {
		maps.Copy(x.w.Header(), header)
		x.reply(status, orElse(header.Get("Content-Type"), jsonType), []byte(body))
	}}
}

// Redirect answers 307 with a Location.
func Redirect(location string) Answer {
	return Reply(http.StatusTemporaryRedirect, http.Header{"Location": {location}}, "")
}

// Garbage answers 200 with JSON that ends too early.
func Garbage() Answer {
	return Reply(http.StatusOK, nil, `{"access_token": "`)
}

// CaptivePortal answers 200 with a page that asks to sign in to a network.
func CaptivePortal() Answer {
	return Reply(http.StatusOK, http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		"<!DOCTYPE html><html><head><title>Welcome</title></head>"+
			"<body><h1>Guest network</h1><p>Accept the terms to go online.</p></body></html>")
}
