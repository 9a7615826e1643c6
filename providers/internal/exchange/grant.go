package exchange

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/internal/number"
)

// longestLife is the longest validity that is believed, in seconds: 30 years.
const longestLife = 1e9

// parseGrant reads a token answer (RFC 6749 section 5.1); false means that it
// holds no access token that could be sent.
func parseGrant(body []byte, sent time.Time) (account.Grant, bool) {
	var told struct {
		AccessToken  string          `json:"access_token"`
		RefreshToken string          `json:"refresh_token"`
		ExpiresIn    json.RawMessage `json:"expires_in"`
		Scope        string          `json:"scope"`
	}
	_ = json.Unmarshal(body, &told) // a field of another type stays empty
	if !sendable(told.AccessToken) {
		return account.Grant{}, false
	}
	return account.Grant{
		AccessToken:  account.NewSecret(told.AccessToken),
		RefreshToken: account.NewSecret(told.RefreshToken),
		ExpiresAt:    expiry(told.ExpiresIn, sent),
		Scopes:       strings.Fields(told.Scope),
	}, true
}

// sendable reports whether a token may stand in a header (RFC 6749 appendix
// A.12, without the space).
func sendable(token string) bool {
	for i := range len(token) {
		if token[i] <= ' ' || token[i] >= 0x7f {
			return false
		}
	}
	return token != ""
}

// expiry reads expires_in, a number or, as some servers write it, a string
// with one. It counts from before the request, by the wall clock, so that a
// slow answer and a sleeping machine make a token end early and never late.
func expiry(raw json.RawMessage, sent time.Time) time.Time {
	seconds, ok := number.Decimal(strings.Trim(string(raw), `"`))
	if !ok || seconds <= 0 {
		return time.Time{}
	}
	life := time.Duration(min(seconds, longestLife) * float64(time.Second))
	return sent.Add(life).Round(0)
}
