package providertest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Window is a quota window of an account, by the server's clock.
//
// The name says whom it limits and in which headers its figures are told:
//
//	Anthropic, OAuth:    "5h", "7d", "7d_sonnet", ...  anthropic-ratelimit-unified-*
//	Anthropic, API key:  "requests", "tokens", ...     anthropic-ratelimit-requests-*
//	OpenAI, Codex:       "primary", "secondary"        x-codex-primary-*
//	OpenAI, API:         "requests", "tokens"          x-ratelimit-*-requests
type Window struct {
	Name string
	// Length is the time from one reset to the next; 0 means what the name
	// says, and a minute for an API's windows.
	Length time.Duration
	// Limit is what the window holds; 0 means 100.
	Limit int
	// Cost is what one success consumes; 0 means 1.
	Cost int
	// Used is what has been consumed since the last reset.
	Used int
	// ResetAt is when Used becomes 0 again; zero means Length from now.
	ResetAt time.Time
	// Model restricts the window to models with this in their name.
	Model string
	// Family is Codex' key of the models that the window is for ("bengalfox");
	// its headers are x-codex-bengalfox-primary-*. Label is what people are told,
	// by Codex and in the list of newer Anthropic answers.
	Family, Label string
}

func (w Window) filled(now time.Time) Window {
	w.Length = orElse(w.Length, lengthOf(w.Name))
	w.Limit = orElse(w.Limit, 100)
	w.Cost = orElse(w.Cost, 1)
	if w.ResetAt.IsZero() {
		w.ResetAt = now.Add(w.Length)
	}
	return w
}

func lengthOf(name string) time.Duration {
	switch {
	case name == "5h", name == "primary":
		return 5 * time.Hour
	case strings.HasPrefix(name, "7d"), name == "secondary":
		return 7 * 24 * time.Hour
	}
	return time.Minute
}

// share is the part of the window that is used, 0 to 1 and above.
func (w Window) share() float64 { return float64(w.Used) / float64(w.Limit) }

// full reports whether the window has no room for one more request.
func (w Window) full() bool { return w.Used+w.Cost > w.Limit }

// subscription reports whether the window belongs to a plan, not to a key.
func (w Window) subscription() bool {
	switch w.Name {
	case "requests", "tokens", "input-tokens", "output-tokens":
		return false
	}
	return true
}

// rolled returns the window as it is at now: begun anew when its reset has
// passed.
func (w Window) rolled(now time.Time) Window {
	if !now.Before(w.ResetAt) {
		w.Used, w.ResetAt = 0, now.Add(w.Length)
	}
	return w
}

// quota is what the windows say about one request.
type quota struct {
	windows  []Window
	rejected bool
	// paid is set when the plan rejected and the request goes on all the same.
	paid bool
	// others are the windows that do not count for the request.
	others []Window
}

// consume takes one request's cost out of every window that applies, unless
// one of them is full: then none is touched, and the owner pays or the request
// is rejected.
func (x *exchange) consume() quota {
	s := x.srv
	s.mu.Lock()
	defer s.mu.Unlock()
	if windows := x.applying(true); slices.ContainsFunc(windows, Window.full) {
		paid := x.acct.spec.PaidUse && x.subscription
		return quota{windows: windows, rejected: !paid, paid: paid, others: x.applying(false)}
	}
	for i, w := range x.acct.windows {
		if x.counts(w) {
			x.acct.windows[i].Used += w.Cost
		}
	}
	return quota{windows: x.applying(true), others: x.applying(false)}
}

// applying returns the windows that count for the request, or those that do
// not, begun anew where their reset has passed. The caller holds the server's
// lock.
func (x *exchange) applying(counted bool) []Window {
	var windows []Window
	for i, w := range x.acct.windows {
		w = w.rolled(x.now)
		x.acct.windows[i] = w
		if x.counts(w) == counted {
			windows = append(windows, w)
		}
	}
	return windows
}

func (x *exchange) counts(w Window) bool {
	return w.subscription() == x.subscription && strings.Contains(x.model, w.Model)
}

// SetUsed sets what has been consumed of a window; its limit makes the next
// request a 429. It panics when the account has no window of that name.
func (h *AccountHandle) SetUsed(window string, used int) {
	h.srv.mu.Lock()
	defer h.srv.mu.Unlock()
	for i := range h.windows {
		w := &h.windows[i]
		if w.Name == window {
			*w = w.rolled(h.srv.now())
			w.Used = used
			return
		}
	}
	panic(fmt.Sprintf("providertest: account %s has no window %q", h.name, window))
}

// ResetWindows resets the account's quota windows now, ahead of their time.
func (h *AccountHandle) ResetWindows() {
	h.srv.mu.Lock()
	defer h.srv.mu.Unlock()
	h.resetWindows()
}

// ResetWindows resets the quota windows of every account now.
func (s *Server) ResetWindows() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.accounts {
		h.resetWindows()
	}
}

func (h *AccountHandle) resetWindows() {
	now := h.srv.now()
	for i := range h.windows {
		w := &h.windows[i]
		w.Used, w.ResetAt = 0, now.Add(w.Length)
	}
}
