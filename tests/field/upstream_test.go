package field_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// upstream is both providers, in memory.
type upstream struct {
	t        *testing.T
	recorded recorded
	members  []*member
	// incidents are what happens beside the members' quotas.
	incidents incidents

	mu sync.Mutex
}

// RoundTrip implements [http.RoundTripper].
func (u *upstream) RoundTrip(req *http.Request) (*http.Response, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	body, err := readAll(req)
	if err != nil {
		return nil, err
	}
	switch {
	case strings.HasSuffix(req.URL.Path, "/oauth/token"):
		return u.token(req, string(body))
	case strings.HasSuffix(req.URL.Path, "/usage"):
		return u.play("usage-"+u.member(req).kind(), u.member(req), "", req)
	}
	return u.serve(req, gjson.ParseBytes(body))
}

func (u *upstream) play(name string, m *member, model string, req *http.Request) (*http.Response, error) {
	return u.recorded.play(name, m, model, req)
}

func readAll(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer func() { _ = req.Body.Close() }() // nothing is lost with it
	return io.ReadAll(req.Body)
}

// member returns whose token a request carries.
func (u *upstream) member(req *http.Request) *member {
	token := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
	for _, m := range u.members {
		if m.access == token {
			return m
		}
	}
	u.t.Errorf("%s carries nobody's token", req.URL)
	return u.members[0]
}

// token exchanges a refresh token, which works once.
func (u *upstream) token(req *http.Request, form string) (*http.Response, error) {
	values, err := url.ParseQuery(form)
	if err != nil {
		return nil, err
	}
	for _, m := range u.members {
		if m.refresh == values.Get("refresh_token") {
			m.grant()
			return u.play("token", m, "", req)
		}
	}
	u.t.Error("a refresh token was spent twice")
	return u.play("server-error", u.members[0], "", req)
}

func (u *upstream) serve(req *http.Request, body gjson.Result) (*http.Response, error) {
	m, model := u.member(req), body.Get("model").Str
	if incident := u.incidents.next(m, req, body); incident != "" {
		return u.play(incident, m, model, req)
	}
	now := time.Now()
	if refusal := m.refuses(model, now); refusal != "" {
		u.count(m, refusal, model)
		return u.play(refusal, m, model, req)
	}
	m.serve(model)
	return u.play(m.kind()+"-stream", m, model, req)
}

// count notes that a limit was told. One limit is one window of one member until
// it ends.
func (u *upstream) count(m *member, refusal, model string) {
	limit := refusal
	if name := refusal[strings.LastIndexByte(refusal, '-')+1:]; m.quotas(model)[name] != nil {
		limit += " until " + m.quotas(model)[name].ends.Format(time.RFC3339)
	}
	m.told[limit]++
}

// couldServe reports whether any member of a provider serves the request at no cost.
func (u *upstream) couldServe(provider, model string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, m := range u.members {
		if m.provider == provider && m.can(model, time.Now()) {
			return true
		}
	}
	return false
}
