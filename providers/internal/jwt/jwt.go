// Package jwt reads the claims of tokens that came from a token endpoint.
package jwt

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// maxToken bounds what is decoded; real tokens are a few KiB.
const maxToken = 64 << 10

// Claims decodes the payload of a JSON Web Token (RFC 7519 section 3) into
// the struct that claims points to. The signature is not verified: OpenID
// Connect Core section 3.1.3.7 allows that for a token which came straight from
// the token endpoint over TLS, and what is read here names the account, it
// grants nothing.
//
// What is no token, and a claim of another type than its field, leaves the
// fields as they are.
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
