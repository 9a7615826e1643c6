package exchange

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/internal/jwt"
	"github.com/seed-810f1486/multiaccount/providers/internal/number"
)

// longestLife is the longest credible validity, in seconds: 30 years.
const longestLife = 1e9

// readGrant reads a token answer (RFC 6749 section 5.1), and returns the object
// that holds it. An answer that was cut is used while it has both tokens: the
// refresh token was spent for them. False means that it has no access token that
// could be sent.
func readGrant(body []byte, sent time.Time) (account.Grant, []byte, bool) {
	if object, whole := firstObject(body); whole {
		grant, ok := parseGrant(object, sent)
		return grant, object, ok
	}
	object := arrived(body)
	grant, ok := parseGrant(object, sent)
	return grant, object, ok && !grant.RefreshToken.IsZero()
}

func parseGrant(object []byte, sent time.Time) (account.Grant, bool) {
	var told struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		Scope        string `json:"scope"`
		lifetime
	}
	_ = json.Unmarshal(object, &told) // a field of another type stays empty
	if !sendable(told.AccessToken) {
		return account.Grant{}, false
	}
	return account.Grant{
		AccessToken:  account.NewSecret(told.AccessToken),
		RefreshToken: account.NewSecret(told.RefreshToken),
		ExpiresAt:    told.end(told.AccessToken, sent),
		Scopes:       strings.Fields(told.Scope),
	}, true
}

// sendable reports whether a token may be used in a header (RFC 6749 appendix
// A.12, without the space).
func sendable(token string) bool {
	for i := range len(token) {
		if token[i] <= ' ' || token[i] >= 0x7f {
			return false
		}
	}
	return token != ""
}

// lifetime are the fields in which servers say when a token ends. Each may be a
// number or a string with one.
type lifetime struct {
	ExpiresIn json.RawMessage `json:"expires_in"`
	// ExpiresAt and ExpiresOn are times, from servers that follow no standard.
	ExpiresAt json.RawMessage `json:"expires_at"`
	ExpiresOn json.RawMessage `json:"expires_on"`
}

// end returns when a token ends: by the answer, else by its own claims; zero when
// neither says. It counts from before the request, by the wall clock. With a slow
// answer or a sleeping machine, a token then counts as ended early and never
// late.
func (l lifetime) end(token string, sent time.Time) time.Time {
	if at := expiry(l.ExpiresIn, sent); !at.IsZero() {
		return at
	}
	for _, raw := range []json.RawMessage{l.ExpiresAt, l.ExpiresOn} {
		if at := moment(raw); credible(at, sent) {
			return at
		}
	}
	return claimedEnd(token, sent)
}

// expiry reads expires_in. Servers that mean no end write zero or less.
func expiry(raw json.RawMessage, sent time.Time) time.Time {
	seconds, ok := number.Decimal(strings.Trim(string(raw), `"`))
	if !ok || seconds <= 0 {
		return time.Time{}
	}
	life := time.Duration(min(seconds, longestLife) * float64(time.Second))
	return sent.Add(life).Round(0)
}

// firstMillisecond is larger than every credible time in seconds, and smaller
// than every one in milliseconds.
const firstMillisecond = 1e11

// moment reads RFC 3339, or seconds or milliseconds since 1970; zero for
// anything else.
func moment(raw json.RawMessage) time.Time {
	text := strings.Trim(string(raw), `"`)
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at
	}
	seconds, ok := number.Decimal(text)
	if !ok || seconds > firstMillisecond*1000 {
		return time.Time{}
	}
	if seconds >= firstMillisecond {
		seconds /= 1000
	}
	return time.UnixMilli(int64(seconds * 1000))
}

// credible reports whether a token that was asked for at sent may end at that
// time. An end that has passed already comes from a wrong clock.
func credible(end, sent time.Time) bool {
	return end.After(sent) && end.Before(sent.Add(longestLife*time.Second))
}

// claimedEnd returns when a token ends by its own claims. Its validity counts as
// well, since the server's clock may differ.
func claimedEnd(token string, sent time.Time) time.Time {
	issued, end := jwt.Lifetime(token)
	if byLife := sent.Add(end.Sub(issued)).Round(0); !issued.IsZero() && (byLife.Before(end) || !credible(end, sent)) {
		end = byLife
	}
	if !credible(end, sent) {
		return time.Time{}
	}
	return end
}
