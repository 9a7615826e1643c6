package exchange

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/seed-810f1486/multiaccount/providers"
)

// CheckKey asks an endpoint that costs nothing whether the key that Authorize
// sets works. It works when the answer is 200, or 401 when known says that the
// body is about something other than the key. The error is a
// *[providers.KeyRefusedError], or says nothing about the key.
func (s Source) CheckKey(ctx context.Context, known func(body []byte) bool) error {
	a, err := s.ask(ctx)
	if err != nil {
		return err
	}
	switch {
	case a.status == http.StatusOK, a.status == http.StatusUnauthorized && known(a.body):
		return nil
	case a.status == http.StatusUnauthorized && json.Valid(a.body):
		return &providers.KeyRefusedError{Provider: s.Provider, Status: a.status}
	}
	return s.statusError(a)
}
