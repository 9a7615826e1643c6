// Package exchange talks to the endpoints of a provider that are not its API:
// it spends refresh tokens and fetches figures. What it returns never holds a
// token where an error or a log could show it.
package exchange

import (
	"errors"
	"io"
	"net/http"
	"net/url"
)

// maxBody is how much of an answer is read; real ones are a few KiB.
const maxBody = 1 << 20

var errTooLarge = errors.New("the answer is larger than 1 MiB")

// Client returns a client that is like c but follows no redirect: where one
// leads to, the form and the credentials must not go. Nil stands for the zero
// [http.Client].
func Client(c *http.Client) *http.Client {
	var own http.Client
	if c != nil {
		own = *c
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// read returns an answer's body, bounded. That the end of the connection was
// no good one does not matter when the answer is whole.
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

// cause returns err without the URL that net/http and net/url put into it: a
// query may hold a secret.
func cause(err error) error {
	var at *url.Error
	for errors.As(err, &at) {
		err = at.Err
	}
	return err
}
