package providertest

import (
	"crypto/rand"
	"time"
)

// TokenMark is part of every token and key that a server issues.
const TokenMark = "providertest-secret"

// vault knows every token. It is guarded by Server.mu.
type vault struct {
	access  map[string]*accessToken
	refresh map[string]*refreshToken
	keys    map[string]*AccountHandle
	codes   map[string]loginCode
	devices map[string]*deviceCode
}

func newVault() vault {
	return vault{
		access:  map[string]*accessToken{},
		refresh: map[string]*refreshToken{},
		keys:    map[string]*AccountHandle{},
		codes:   map[string]loginCode{},
		devices: map[string]*deviceCode{},
	}
}

// family is one login and all that descends from it.
type family struct {
	acct    *AccountHandle
	revoked bool
}

type accessToken struct {
	family  *family
	expires time.Time
}

type refreshToken struct {
	family *family
	spent  bool
	// again is set once it was presented although it was spent.
	again bool
}

// grant is what the token endpoint gave out.
type grant struct {
	access  string
	refresh string
	expires time.Time
}

// standing is what the server thinks of a credential.
type standing uint8

const (
	valid standing = iota
	missing
	unknown
	expired
	revoked
)

// issue gives out the next tokens of a login. The caller holds s.mu.
func (s *Server) issue(f *family) grant {
	a := f.acct.spec
	now := s.now()
	g := grant{expires: now.Add(orElse(a.TokenTTL, s.tokenTTL))}
	g.access = newAccessToken(a, now, g.expires)
	g.refresh = newRefreshToken(a.Flavour)
	s.tokens.access[g.access] = &accessToken{family: f, expires: g.expires}
	s.tokens.refresh[g.refresh] = &refreshToken{family: f}
	return g
}

func newRefreshToken(f Flavour) string {
	if f == OpenAI {
		return "rt_" + TokenMark + rand.Text()
	}
	return "sk-ant-ort01-" + TokenMark + rand.Text()
}

func newAccessToken(a Account, now, expires time.Time) string {
	if a.Flavour == OpenAI {
		return newJWT(a, now, expires)
	}
	return "sk-ant-oat01-" + TokenMark + rand.Text()
}

func newKey(f Flavour) string {
	if f == OpenAI {
		return "sk-proj-" + TokenMark + rand.Text()
	}
	return "sk-ant-api03-" + TokenMark + rand.Text()
}

func (v *vault) expire(now time.Time, whose func(*AccountHandle) bool) {
	for token, t := range v.access {
		h := t.family.acct
		if !whose(h) || !now.Before(t.expires) {
			continue
		}
		t.expires = now
		if h.current.access == token {
			h.current.expires = now
		}
	}
}

// bearer judges an access token of a flavour, and says whose it is or was.
func (s *Server) bearer(token string, f Flavour) (*AccountHandle, standing) {
	if token == "" {
		return nil, missing
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, found := s.tokens.access[token]
	switch {
	case !found || t.family.acct.spec.Flavour != f:
		return nil, unknown
	case t.family.revoked:
		return t.family.acct, revoked
	case !s.now().Before(t.expires):
		return t.family.acct, expired
	}
	return t.family.acct, valid
}

// key judges an API key of a flavour.
func (s *Server) key(key string, f Flavour) (*AccountHandle, standing) {
	if key == "" {
		return nil, missing
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h, found := s.tokens.keys[key]
	if !found || h.spec.Flavour != f {
		return nil, unknown
	}
	return h, valid
}
