// Package exchange talks to the endpoints of a provider that are not its API: it
// spends refresh tokens and fetches usage. What it returns never holds a token
// where an error or a log could show it.
package exchange

import (
	"errors"
	"io"
	"net/http"
	"net/url"
)

// maxBody is how much of an answer is read; usual ones have a few KiB.
const maxBody = 1 << 20

var errTooLarge = errors.New("the answer is larger than 1 MiB")

// Client returns a client like c that follows no redirect: the form and the
// credentials must not go there. Nil stands for the zero [http.Client].
func Client(c *http.Client) *http.Client {
	var own http.Client
	if c != nil {
		own = *c
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// read returns an answer's body, bounded. When the answer is complete, it does
// not matter that the connection ended badly.
func read(answer io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(answer, maxBody+1))
	if object, whole := firstObject(body); whole {
		return object, nil
	}
	if err == nil && len(body) > maxBody {
		err = errTooLarge
	}
	return body, err
}

// cause returns err without the URL that net/http and net/url add: a query may
// hold a secret.
func cause(err error) error {
	var at *url.Error
	for errors.As(err, &at) {
		err = at.Err
	}
	return err
}
