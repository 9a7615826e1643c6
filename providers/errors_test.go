package providers_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers"
)

func TestRefreshErrorSaysWhatHappened(t *testing.T) {
	for want, err := range map[string]*providers.RefreshError{
		"acme: token refresh got no answer: unexpected EOF":             {Provider: "acme", Err: io.ErrUnexpectedEOF},
		"acme: token refresh refused with invalid_grant (HTTP 400)":     {Provider: "acme", Status: 400, Code: "invalid_grant"},
		"acme: token refresh failed with HTTP 503":                      {Provider: "acme", Status: 503},
		"acme: token refresh answered HTTP 200 without an access token": {Provider: "acme", Status: 200},
	} {
		if got := err.Error(); !strings.HasPrefix(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if err := error(&providers.RefreshError{Err: io.ErrUnexpectedEOF}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("the transport's error is not wrapped")
	}
}

// What is proved decides whether a refresh token may be sent once more without
// a word about it.
func TestRefreshErrorProves(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "acme.example"}}
	for name, test := range map[string]struct {
		err                  providers.RefreshError
		refused, nothingSent bool
	}{
		"an OAuth error":              {err: providers.RefreshError{Status: 400, Code: "invalid_grant"}, refused: true},
		"an OAuth error under a 200":  {err: providers.RefreshError{Status: 200, Code: "invalid_grant"}, refused: true},
		"no refresh token to send":    {err: providers.RefreshError{Code: "no_refresh_token"}, refused: true},
		"a page":                      {err: providers.RefreshError{Status: 403}},
		"a fault of the server's":     {err: providers.RefreshError{Status: 503, Code: "server_error"}},
		"no answer":                   {err: providers.RefreshError{Err: io.ErrUnexpectedEOF}},
		"a connection that was reset": {err: providers.RefreshError{Err: &net.OpError{Op: "read", Err: io.EOF}}},
		"an answer that was cut":      {err: providers.RefreshError{Status: 200, Err: io.ErrUnexpectedEOF}},
		"no such host":                {err: providers.RefreshError{Err: fmt.Errorf("proxy: %w", dial)}, nothingSent: true},
		"a wrong certificate":         {err: providers.RefreshError{Err: &tls.CertificateVerificationError{Err: io.EOF}}, nothingSent: true},
	} {
		if got := test.err.Refused(); got != test.refused {
			t.Errorf("%s: refused %v", name, got)
		}
		if got := test.err.NothingSent(); got != test.nothingSent {
			t.Errorf("%s: nothing sent %v", name, got)
		}
	}
}

func TestStatusErrorNamesTheStatus(t *testing.T) {
	err := &providers.StatusError{Provider: "acme", Status: 429}
	if want := "acme: the account endpoint answered with HTTP 429"; err.Error() != want {
		t.Errorf("got %q, want %q", err.Error(), want)
	}
}
