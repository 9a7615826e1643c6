package gateway

import (
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/internal/printable"
)

func (g *Gateway) openProxy() {
	g.proxy = httputil.ReverseProxy{
		Rewrite: rewrite, Transport: sender{}, ModifyResponse: modify, ErrorHandler: handleError,
		BufferPool: &copyBuffers{}, ErrorLog: log.New(io.Discard, "", 0), // what it says of a cut the engine tells as an event
	}
}

// private are the client's headers that say who it is, or what is its own
// account's: none of them is for the account that serves.
var private = [...]string{ //nolint:gochecknoglobals // a constant table
	"Authorization", "X-Api-Key", "Api-Key", "X-Goog-Api-Key", "Cookie", "Origin", "Referer",
	"Openai-Organization", "Openai-Project", "Chatgpt-Account-Id", "Expect",
}

// rewrite makes the request that is sent.
func rewrite(p *httputil.ProxyRequest) {
	x := exchangeOf(p.In.Context())
	cleanHeader(p.Out.Header, x.token)
	x.route.setURL(p.Out.URL)
	p.Out.Host = p.Out.URL.Host
	x.body.attach(p.Out)
}

// cleanHeader removes what is the client's own, and its token wherever else it stands.
// Nothing may come compressed: what the engine cannot read it cannot judge.
func cleanHeader(h http.Header, token string) {
	for _, name := range private {
		delete(h, name)
	}
	for name, values := range h {
		if slices.ContainsFunc(values, func(value string) bool { return strings.Contains(value, token) }) {
			delete(h, name)
		}
	}
	h["Accept-Encoding"] = []string{"identity"}
}

// modify makes an answer of the provider's one for the client.
func modify(resp *http.Response) error {
	x := exchangeOf(resp.Request.Context())
	delete(resp.Header, "Set-Cookie")
	delete(resp.Header, "Alt-Svc")
	x.keepHere(resp)
	if resp.StatusCode >= http.StatusMultipleChoices {
		mask(resp, x.r.Header)
	}
	switch status := resp.StatusCode; {
	case status == http.StatusUnauthorized:
		return &refusal{kind: loginNeeded, message: refusedMessage(x.provider(), said(resp))}
	case isTrouble(status):
		return &refusal{kind: down, message: x.provider() + " answers HTTP " + strconv.Itoa(status) + said(resp)}
	case x.w.kept() && !isStream(resp):
		return &refusal{kind: badRequest, message: x.provider() + " answers HTTP " + strconv.Itoa(status) + said(resp)}
	}
	boundWait(resp.Header)
	return nil
}

// isTrouble reports whether a status is the provider's trouble, whatever was
// asked: the engine has asked again by then.
func isTrouble(status int) bool {
	return status >= http.StatusInternalServerError && status != http.StatusNotImplemented && status != http.StatusHTTPVersionNotSupported
}

func isStream(resp *http.Response) bool {
	return resp.StatusCode == http.StatusOK && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream")
}

// maxSaid is how much of an error's body is read for its message.
const maxSaid = 64 << 10

// said is the message of an answer's error, behind a colon; empty without one.
func said(resp *http.Response) string {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxSaid)) // what came is enough
	message := gjson.GetBytes(body, "error.message").Str
	if message == "" {
		return ""
	}
	return ": " + printable.Text(message[:min(len(message), 500)])
}

// boundWait removes a wait that clients would sit out in silence.
func boundWait(h http.Header) {
	wait := h.Get("Retry-After")
	if wait == "" {
		return
	}
	if seconds, err := strconv.ParseFloat(wait, 64); err == nil && seconds <= soon.Seconds() {
		return
	}
	if at, err := http.ParseTime(wait); err == nil && time.Until(at) <= soon {
		return
	}
	h.Del("Retry-After")
	h.Del("Retry-After-Ms")
	h.Set("X-Should-Retry", "false")
}

// handleError answers what the engine has no answer for.
func handleError(_ http.ResponseWriter, r *http.Request, err error) {
	x := exchangeOf(r.Context())
	if isGone(r.Context(), err) {
		panic(http.ErrAbortHandler)
	}
	x.refuse(x.refusalOf(err))
}
