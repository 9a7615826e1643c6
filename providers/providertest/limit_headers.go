package providertest

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// nearlyFull is the share from which Anthropic warns.
const nearlyFull = 0.9

// tell sets the headers in which the flavour tells the windows' figures.
func (x *exchange) tell(q quota) {
	h := x.w.Header()
	switch {
	case len(q.windows) == 0:
	case x.flavour == Anthropic && x.subscription:
		tellUnified(h, q)
	case x.flavour == Anthropic:
		tellAnthropicKey(h, q)
	case x.subscription:
		x.tellCodex(h, q)
	default:
		tellOpenAIKey(h, q, x.srv.now())
	}
}

func tellUnified(h http.Header, q quota) {
	const prefix = "anthropic-ratelimit-unified-"
	for _, w := range q.windows {
		h.Set(prefix+w.Name+"-status", q.status(w))
		h.Set(prefix+w.Name+"-reset", epoch(w.ResetAt))
		h.Set(prefix+w.Name+"-utilization", decimal(w.share()))
	}
	chief := q.chief()
	if q.paid {
		h.Set(prefix+"overage-status", "allowed")
		h.Set(prefix+"overage-in-use", "true")
	}
	h.Set(prefix+"status", q.status(chief))
	h.Set(prefix+"reset", epoch(chief.ResetAt))
	h.Set(prefix+"representative-claim", claim(chief.Name))
}

func (q quota) status(w Window) string {
	switch {
	case (q.rejected || q.paid) && w.full():
		return "rejected"
	case w.share() >= nearlyFull:
		return "allowed_warning"
	}
	return "allowed"
}

// chief is the window that decides: of those that reject, the one that does
// so for longest, else the one used most.
func (q quota) chief() Window {
	chief := q.windows[0]
	for _, w := range q.windows[1:] {
		if q.weightier(w, chief) {
			chief = w
		}
	}
	return chief
}

func (q quota) weightier(w, than Window) bool {
	if (q.rejected || q.paid) && (w.full() || than.full()) {
		return w.full() && (!than.full() || w.ResetAt.After(than.ResetAt))
	}
	return w.share() > than.share()
}

// claim is Anthropic's long name of a window.
func claim(name string) string {
	name = strings.Replace(name, "5h", "five_hour", 1)
	return strings.Replace(name, "7d", "seven_day", 1)
}

func tellAnthropicKey(h http.Header, q quota) {
	for _, w := range q.windows {
		prefix := "anthropic-ratelimit-" + w.Name
		h.Set(prefix+"-limit", strconv.Itoa(w.Limit))
		h.Set(prefix+"-remaining", strconv.Itoa(w.remaining()))
		h.Set(prefix+"-reset", w.ResetAt.UTC().Format(time.RFC3339))
	}
}

func (x *exchange) tellCodex(h http.Header, q quota) {
	now := x.srv.now()
	h.Set("x-codex-active-limit", "premium")
	for _, w := range q.windows {
		if w.Family != "" {
			h.Set("x-codex-active-limit", "codex_"+w.Family)
		}
	}
	for _, w := range slices.Concat(q.windows, q.others) {
		if !w.subscription() {
			continue
		}
		prefix := "x-codex-" + w.Name
		if w.Family != "" {
			prefix = "x-codex-" + w.Family + "-" + w.Name
			h.Set("x-codex-"+w.Family+"-limit-name", w.Label)
		}
		h.Set(prefix+"-used-percent", decimal(100*w.share()))
		h.Set(prefix+"-reset-after-seconds", strconv.Itoa(seconds(w.ResetAt.Sub(now))))
		h.Set(prefix+"-reset-at", epoch(w.ResetAt))
		h.Set(prefix+"-window-minutes", strconv.Itoa(int(w.Length.Minutes())))
	}
	if x.acct != nil {
		a := x.acct.Account()
		h.Set("x-codex-plan-type", a.Plan)
		h.Set("x-codex-credits-has-credits", word(a.PaidUse))
	}
}

// word is how the servers of Codex write a boolean.
func word(yes bool) string {
	if yes {
		return "True"
	}
	return "False"
}

func tellOpenAIKey(h http.Header, q quota, now time.Time) {
	for _, w := range q.windows {
		h.Set("x-ratelimit-limit-"+w.Name, strconv.Itoa(w.Limit))
		h.Set("x-ratelimit-remaining-"+w.Name, strconv.Itoa(w.remaining()))
		h.Set("x-ratelimit-reset-"+w.Name, max(0, w.ResetAt.Sub(now)).Round(time.Millisecond).String())
	}
}

func (w Window) remaining() int { return max(0, w.Limit-w.Used) }

func epoch(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// seconds rounds up, so that a client that waits as told is not too early.
func seconds(d time.Duration) int { return max(0, int(math.Ceil(d.Seconds()))) }
