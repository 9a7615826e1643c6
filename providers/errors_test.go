package providers_test

import (
	"errors"
	"io"
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

func TestStatusErrorNamesTheStatus(t *testing.T) {
	err := &providers.StatusError{Provider: "acme", Status: 429}
	if want := "acme: the account endpoint answered with HTTP 429"; err.Error() != want {
		t.Errorf("got %q, want %q", err.Error(), want)
	}
}
