package providertest

import (
	"crypto/rand"
	"encoding/base64"
	"time"
)

// newJWT returns a token with the claims by which ChatGPT's tokens tell whose
// they are. Its signature is none; clients of tokens do not verify them.
func newJWT(a Account, now, expires time.Time) string {
	head := obj{"alg": "RS256", "typ": "JWT", "kid": "providertest"}
	claims := obj{
		"iss": "https://auth.openai.com",
		"sub": a.Subject,
		"iat": now.Unix(),
		"exp": expires.Unix(),
		"https://api.openai.com/auth": obj{
			"chatgpt_plan_type":  a.Plan,
			"chatgpt_account_id": a.workspace(),
			"chatgpt_user_id":    a.Subject,
		},
		"https://api.openai.com/profile": obj{"email": a.Email, "email_verified": true},
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode(marshal(head)) + "." + encode(marshal(claims)) + "." + TokenMark + rand.Text()
}
