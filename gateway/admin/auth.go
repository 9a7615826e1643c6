package admin

import (
	"net/http"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/wait"
)

// wrongTokenDelay is how late a wrong token is answered, so that guessing takes
// time.
const wrongTokenDelay = 500 * time.Millisecond

// authenticate refuses a request that is not the owner's.
func (a *Admin) authenticate(r *http.Request) error {
	if len(r.Header["Authorization"]) == 0 {
		if a.config.Authorize != nil && a.config.Authorize(r) {
			return nil
		}
		return unauthorized("this is the admin interface, and the request has no token; send the admin token as \"Authorization: Bearer\". \"multiaccount admin token\" makes one")
	}
	if token, ok := bearer(r.Header); ok && a.config.Token != nil && a.config.Token.Check(token) {
		return nil
	}
	_ = wait.For(r.Context(), wrongTokenDelay)
	return unauthorized("this is not the admin token; \"multiaccount admin token\" makes a new one. The token of a client is none")
}

func unauthorized(detail string) error {
	return &problem{Status: http.StatusUnauthorized, Code: "unauthorized", Detail: detail}
}

// bearer returns the token of a request that has one.
func bearer(h http.Header) (token string, ok bool) {
	values := h["Authorization"]
	if len(values) != 1 {
		return "", false
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	token = strings.TrimSpace(token)
	return token, strings.EqualFold(scheme, "bearer") && token != ""
}
