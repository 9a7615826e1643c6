package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/wait"
)

const (
	// tokenHeader has the token of a session.
	tokenHeader = "X-Dashboard-Token" //nolint:gosec // a name, not a token
	// apiPath is where the admin interface has its paths.
	apiPath = "/admin/v1/"
	// maxLogin is the largest body of a login in bytes.
	maxLogin = 4 << 10
	// wrongLinkDelay is how late a wrong link is answered, so that guessing takes time.
	wrongLinkDelay = 500 * time.Millisecond
)

// cookieName is a name of its own for each port: browsers send cookies to all of them.
func cookieName(r *http.Request) string {
	_, port, _ := net.SplitHostPort(r.Host) // without a port it is empty
	return "multiaccount_dashboard_" + port
}

// ownPage reports whether a request comes from the page itself, not from a page of
// another site or port, and not from an address that was typed in.
func ownPage(r *http.Request) bool {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	if origin := r.Header.Get("Origin"); origin != "" && !strings.EqualFold(origin, scheme+r.Host) {
		return false
	}
	site := r.Header.Get("Sec-Fetch-Site")
	return site == "" || site == "same-origin"
}

// logIn begins a session for who has the secret of a link.
func (d *Dashboard) logIn(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Secret string `json:"secret"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxLogin)).Decode(&asked)
	if err != nil || !ownPage(r) || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		refuse(w, http.StatusForbidden, "the dashboard takes a login from its own page alone")
		return
	}
	switch err := takeLink(r.Context(), d.config.File, asked.Secret); {
	case errors.Is(err, errWrongLink):
		_ = wait.For(r.Context(), wrongLinkDelay)
		refuse(w, http.StatusUnauthorized, "this link was used already, or is older than five minutes; \"multiaccount dashboard\" makes a new one")
		return
	case err != nil:
		refuse(w, http.StatusServiceUnavailable, "the file of links cannot be changed, so that the link cannot be used up; see whether the disk has room, and try again")
		return
	}
	cookie, token := d.sessions.begin()
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // without TLS a secure cookie would not come back
		Name: cookieName(r), Value: cookie, Path: Prefix, MaxAge: int(sessionLife.Seconds()),
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
	answer(w, http.StatusOK, map[string]string{"token": token})
}

// logOut ends a session.
func (d *Dashboard) logOut(w http.ResponseWriter, r *http.Request) {
	if s := d.sessionOf(r); s != nil {
		s.end()
	}
	w.WriteHeader(http.StatusNoContent)
}

func (d *Dashboard) sessionOf(r *http.Request) *session {
	cookie, err := r.Cookie(cookieName(r))
	if err != nil {
		return nil
	}
	return d.sessions.find(cookie.Value, r.Header.Get(tokenHeader))
}

// authorized is the context key of requests that have a session.
type authorized struct{}

// Authorized reports whether a dashboard has passed a request on: its owner is logged
// in, and its page has sent it.
func Authorized(r *http.Request) bool {
	is, _ := r.Context().Value(authorized{}).(bool)
	return is
}

// forSession refuses requests without a session, and ends those that outlive it.
func (d *Dashboard) forSession(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := d.sessionOf(r)
		switch {
		case !ownPage(r):
			refuse(w, http.StatusForbidden, "the dashboard answers its own page alone")
			return
		case s == nil:
			refuse(w, http.StatusUnauthorized, "you are not logged in, or the gateway was started again; \"multiaccount dashboard\" makes a new link")
			return
		}
		ctx, cancel := context.WithCancel(context.WithValue(r.Context(), authorized{}, true))
		defer cancel()
		defer context.AfterFunc(s.ended, cancel)() //nolint:contextcheck // the session's end is no request's
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// passOn asks the admin interface, which gets nothing of the session.
func (d *Dashboard) passOn(w http.ResponseWriter, r *http.Request) {
	to := r.Clone(r.Context())
	to.URL.Path = apiPath + strings.TrimPrefix(r.URL.Path, Prefix+"api/")
	to.URL.RawPath = ""
	if raw := r.URL.RawPath; raw != "" {
		to.URL.RawPath = apiPath + strings.TrimPrefix(raw, Prefix+"api/")
	}
	to.Header.Del("Cookie")
	to.Header.Del(tokenHeader)
	d.config.API.ServeHTTP(w, to)
}

// refuse answers as the admin interface does.
func refuse(w http.ResponseWriter, status int, detail string) {
	answer(w, status, map[string]any{"status": status, "detail": detail})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a browser that leaves needs nothing
}
