// Package jwt reads the claims of tokens that came from a token endpoint.
package jwt

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// maxToken bounds what is decoded; usual tokens have a few KiB.
const maxToken = 64 << 10

// Claims decodes the payload of a JSON Web Token (RFC 7519 section 3) into the
// struct that claims points to. It does not verify the signature: OpenID Connect
// Core section 3.1.3.7 allows that for a token that came straight from the token
// endpoint over TLS. The claims name the account; they grant nothing.
//
// Something that is not a token leaves the fields unchanged, and so does a claim
// of another type than its field.
func Claims(token string, claims any) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > maxToken {
		return
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return
	}
	_ = json.Unmarshal(payload, claims) // what does not fit stays empty
}

// Lifetime returns the times at which a token was issued and ends, as it says
// itself (RFC 7519 sections 4.1.6 and 4.1.4); zero for what it does not say.
func Lifetime(token string) (issued, ends time.Time) {
	var c struct {
		Issued date `json:"iat"`
		Ends   date `json:"exp"`
	}
	Claims(token, &c)
	return time.Time(c.Issued), time.Time(c.Ends)
}

// date is a NumericDate (RFC 7519 section 2): seconds since 1970, which some
// servers write as a string.
type date time.Time

// latest is the year 9999, in seconds.
const latest = 253402300799

// UnmarshalJSON never fails; what is not a date stays zero.
func (d *date) UnmarshalJSON(raw []byte) error {
	seconds, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err == nil && seconds > 0 && seconds <= latest {
		*d = date(time.UnixMilli(int64(seconds * 1000)))
	}
	return nil
}
