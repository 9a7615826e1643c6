package gateway

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
)

// shortestSecret keeps words that any answer may have from being taken for a
// credential.
const shortestSecret = 20

// mask has an error of the provider's show nothing of the account's credential: some
// servers, and proxies before them, repeat what they were sent. What is masked stays
// as long as it was.
func mask(resp *http.Response, clients http.Header) {
	secrets := credentials(resp.Request.Header, clients)
	for _, secret := range secrets {
		for _, values := range resp.Header {
			for i := range values {
				values[i] = strings.ReplaceAll(values[i], secret, stars(secret))
			}
		}
	}
	if len(secrets) == 0 || resp.Body == http.NoBody {
		return
	}
	head, err := io.ReadAll(io.LimitReader(resp.Body, maxSaid))
	for _, secret := range secrets {
		head = bytes.ReplaceAll(head, []byte(secret), []byte(stars(secret)))
	}
	resp.Body = &maskedBody{io.MultiReader(bytes.NewReader(head), restOf(resp.Body, err)), resp.Body}
}

// maskedBody is a body whose beginning was read.
type maskedBody struct {
	io.Reader
	io.Closer
}

// restOf is what follows in a body whose reading ended with err.
func restOf(body io.Reader, err error) io.Reader {
	if err == nil {
		return body
	}
	return failed{err}
}

type failed struct{ err error }

// Read implements io.Reader.
func (f failed) Read([]byte) (int, error) { return 0, f.err }

// credentials are what a request was sent with and the client did not have.
func credentials(sent, clients http.Header) (all []string) {
	for name, values := range sent {
		if _, passed := clients[name]; passed && !slices.Contains(private[:], name) {
			continue
		}
		for _, value := range values {
			if _, token, ok := strings.Cut(value, " "); ok && name == "Authorization" {
				value = token
			}
			if len(value) >= shortestSecret {
				all = append(all, value)
			}
		}
	}
	return all
}

func stars(secret string) string { return strings.Repeat("*", len(secret)) }
