package providertest

import (
	"fmt"
	"strconv"
	"time"
)

// Account describes an account to [Server.AddAccount]. Every field may be
// left empty.
type Account struct {
	// Flavour is the provider; empty means Anthropic.
	Flavour Flavour
	// Name is what answers, [Stats] and [Call] call the account. Empty means
	// the e-mail, with a number when another account has that name.
	Name string
	// Email is "user1@example.com" and so on when empty.
	Email string
	// Subject is the provider's id of the user; made up when empty.
	Subject string
	// Organization is the workspace; for Codex, requests name it in
	// ChatGPT-Account-Id, or the subject when it is empty.
	Organization string
	// Plan is "max", "pro" or "free" for Anthropic, "pro", "plus", "go" or
	// "free" for OpenAI; empty means "max" and "plus".
	Plan string
	// TokenTTL is how long an access token lives; 0 means [Options.TokenTTL].
	TokenTTL time.Duration
	// StaticRefreshToken makes refresh tokens reusable: the token endpoint
	// returns none, as RFC 6749 section 6 allows.
	StaticRefreshToken bool
	// Windows are the account's quota windows; without any there is no limit.
	Windows []Window
	// PaidUse makes a plan whose window is used up go on at the owner's expense:
	// with Codex' credits, or with Anthropic's extra usage.
	PaidUse bool
}

// AccountHandle is an account of a running server. All its methods are safe
// for concurrent use.
type AccountHandle struct {
	srv  *Server
	name string

	// What follows is guarded by srv.mu.
	spec     Account
	windows  []Window
	families []*family
	current  grant
	apiKey   string
	gates    gates
}

// AddAccount opens an account and logs it in.
func (s *Server) AddAccount(a Account) *AccountHandle {
	s.mu.Lock()
	defer s.mu.Unlock()
	a = s.filled(a)
	h := &AccountHandle{srv: s, name: a.Name, spec: a}
	for _, w := range a.Windows {
		h.windows = append(h.windows, w.filled(s.now()))
	}
	s.accounts = append(s.accounts, h)
	s.owners[a.Flavour] = h
	h.login()
	return h
}

func (s *Server) filled(a Account) Account {
	number := strconv.Itoa(len(s.accounts) + 1)
	a.Flavour = orElse(a.Flavour, Anthropic)
	a.Email = orElse(a.Email, "user"+number+"@example.com")
	a.Subject = orElse(a.Subject, "user-"+number)
	a.Plan = orElse(a.Plan, defaultPlan(a.Flavour))
	a.Name = s.freeName(orElse(a.Name, a.Email))
	return a
}

func defaultPlan(f Flavour) string {
	if f == OpenAI {
		return "plus"
	}
	return "max"
}

func (s *Server) freeName(name string) string {
	free := name
	for n := 2; s.names[free]; n++ {
		free = fmt.Sprintf("%s (%d)", name, n)
	}
	s.names[free] = true
	return free
}

// Name returns what answers and counters call the account.
func (h *AccountHandle) Name() string { return h.name }

// Account returns the account as it is now, its windows included.
func (h *AccountHandle) Account() Account {
	h.srv.mu.Lock()
	defer h.srv.mu.Unlock()
	now := h.srv.now()
	a := h.spec
	a.Windows = make([]Window, len(h.windows))
	for i, w := range h.windows {
		a.Windows[i] = w.rolled(now)
	}
	return a
}

// AccessToken returns the access token issued last.
func (h *AccountHandle) AccessToken() string { return h.grant().access }

// RefreshToken returns the refresh token issued last.
func (h *AccountHandle) RefreshToken() string { return h.grant().refresh }

// ExpiresAt returns when the access token issued last ends.
func (h *AccountHandle) ExpiresAt() time.Time { return h.grant().expires }

func (h *AccountHandle) grant() grant {
	h.srv.mu.Lock()
	defer h.srv.mu.Unlock()
	return h.current
}

// APIKey returns the account's API key.
func (h *AccountHandle) APIKey() string {
	h.srv.mu.Lock()
	defer h.srv.mu.Unlock()
	return h.apiKey
}

// Login logs in once more, as another program would: the earlier tokens stay
// valid, and the new ones descend from a login of their own.
func (h *AccountHandle) Login() {
	h.srv.mu.Lock()
	defer h.srv.mu.Unlock()
	h.login()
}

func (h *AccountHandle) login() {
	f := &family{acct: h}
	h.families = append(h.families, f)
	h.current = h.srv.issue(f)
	if _, live := h.srv.tokens.keys[h.apiKey]; !live {
		h.apiKey = newKey(h.spec.Flavour)
		h.srv.tokens.keys[h.apiKey] = h
	}
}

// Expire ends every access token of the account now; its refresh tokens stay
// valid.
func (h *AccountHandle) Expire() {
	h.srv.mu.Lock()
	defer h.srv.mu.Unlock()
	h.srv.tokens.expire(h.srv.now(), func(owner *AccountHandle) bool { return owner == h })
}

// ExpireAll ends every access token of every account now.
func (s *Server) ExpireAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens.expire(s.now(), func(*AccountHandle) bool { return true })
}

// Revoke ends every login of the account and its API key, for good;
// [AccountHandle.Login] issues new ones.
func (h *AccountHandle) Revoke() {
	h.srv.mu.Lock()
	defer h.srv.mu.Unlock()
	for _, f := range h.families {
		f.revoked = true
	}
	delete(h.srv.tokens.keys, h.apiKey)
}

// Update changes the account under the server's lock: the plan, the e-mail,
// the subject and organization that its next tokens tell, and how long they
// live. Flavour, Name and Windows stay what they are. The function must not
// call the server.
func (h *AccountHandle) Update(change func(*Account)) {
	h.srv.mu.Lock()
	defer h.srv.mu.Unlock()
	a := h.spec
	change(&a)
	a.Flavour, a.Name, a.Windows = h.spec.Flavour, h.spec.Name, h.spec.Windows
	h.spec = a
}

// workspace is what ChatGPT-Account-Id must say.
func (a Account) workspace() string { return orElse(a.Organization, a.Subject) }
