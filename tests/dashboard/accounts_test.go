package dashboard_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// Accounts show with their state and quota, and what is done to them is done.
func TestAccounts(t *testing.T) {
	p := newPlace(t)
	w := p.open(t)
	if status := p.ask(t, p.token); status != http.StatusOK {
		t.Fatalf("HTTP %d", status)
	}
	w.sees(".account.ready .state", "ready")
	w.sees(".quota", "41 %")
	w.sees(".quota.full", "98 %")
	w.sees(".quota .ends", "resets in 4h 59m (")
	w.press("Refresh the quotas of Anthropic")
	w.sees("#said", "asked for the quota of 2 accounts")
	w.press("Disable work")
	w.sees("#said", "disabled work")
	w.sees(".account.disabled", "switched off by its user")
	if p.status(t, "anthropic", "work").Enabled {
		t.Error("it is not disabled")
	}
	w.press("Enable work")
	w.sees("#said", "enabled work")
	w.press("Pin spare")
	w.sees(".account .tag", "pinned")
	if !p.status(t, "anthropic", "spare").Pinned {
		t.Error("it is not pinned")
	}
	w.press("Unpin spare")
	w.sees("#said", "unpinned spare")
}

// The details have all that is known, the decisions, and what else can be done.
func TestDetails(t *testing.T) {
	p := newPlace(t)
	for range 2 {
		p.ask(t, p.token)
	}
	before := p.status(t, "anthropic", "work").Generation
	w := p.open(t)
	w.press("work: details")
	w.sees("dialog .facts", "work@example.com")
	w.sees("dialog .decision", "claude-sonnet-4-6")
	eval[any](w, `document.querySelector("dialog .decision summary").click()`)
	w.sees("dialog .told", "200, success")
	w.press("Refresh token")
	w.sees("#said", "refreshed work")
	if after := p.status(t, "anthropic", "work").Generation; after != before+1 {
		t.Errorf("generation %d after %d", after, before)
	}
	w.press("Reset limits")
	w.sees("#said", "forgot the limits of work")
	w.press("Change")
	w.fill("Name", "desk")
	w.fill("Priority", "3")
	w.fill("Spared from, % used", "101")
	w.press("Save")
	w.sees("dialog h2", "Change work") // the browser says what is allowed
	w.fill("Spared from, % used", "80")
	w.press("Save")
	w.sees("#said", "changed work")
	w.sees("dialog h2", "desk")
	w.sees("dialog .facts", "80 % used")
	if a := p.status(t, "anthropic", "desk"); a.Priority != 3 || a.SoftQuotaPercent != 80 || a.Weight != 1 {
		t.Errorf("changed: %+v", a)
	}
	w.press("Remove")
	w.sees("dialog h2", "Remove desk of Anthropic?")
	w.press("Remove")
	w.sees("#said", "removed desk")
	w.until(`document.querySelectorAll("dialog").length === 0`)
	w.sees("#main", "1 account")
}

// Of very many accounts the first show, and a filter finds the others.
func TestManyAccounts(t *testing.T) {
	p := newPlace(t)
	for n := range 230 {
		rig.Add(t, p.pool(t, "openai"), multiaccount.NewAccount{Label: fmt.Sprintf("key %03d", n), APIKey: fmt.Sprintf("sk-%03d", n)})
	}
	w := p.open(t)
	w.sees(".pool", "230 accounts")
	w.sees(".more", "30 more do not show")
	eval[any](w, `(() => { const f = document.querySelector("input[type=search]"); f.focus(); f.value = "Key 22"; f.dispatchEvent(new Event("input")) })()`)
	w.sees(".account", "key 229")
	w.sees(".pool .empty", "No account has “key 22”")
	if n := eval[int](w, `document.querySelectorAll(".account").length`); n != 10 {
		t.Errorf("%d accounts show", n)
	}
	rig.Must(t, p.pool(t, "openai").SetEnabled(t.Context(), p.status(t, "openai", "key 229").ID, false))
	w.sees(".account.disabled", "key 229")
	if typed := eval[string](w, "document.activeElement.value"); typed != "Key 22" {
		t.Errorf("the filter is %q", typed)
	}
}

// What happens shows as it happens, and takes nobody's focus.
func TestEventsComeLive(t *testing.T) {
	p := newPlace(t)
	w := p.open(t)
	eval[any](w, `document.querySelector("[aria-label='Disable work']").focus()`)
	rig.Must(t, p.pool(t, "anthropic").SetEnabled(t.Context(), p.status(t, "anthropic", "spare").ID, false))
	w.sees(".live .event", "spare was disabled")
	w.sees(".account.disabled", "spare")
	if on := eval[string](w, `document.activeElement.ariaLabel || document.activeElement.outerHTML`); on != "Disable work" {
		t.Errorf("the focus is on %q", on)
	}
	w.turn("events", "Events")
	w.sees(".event", "account_switched")
}

// A key is stored by the page, and the page forgets it.
func TestAddKey(t *testing.T) {
	p := newPlace(t)
	key := p.account("billing").APIKey()
	w := p.open(t)
	w.press("Add account")
	w.choose("key")
	w.fill("API key", key)
	w.fill("Name", "ci")
	w.press("Go on")
	w.sees("#said", "stored the key of ci")
	w.sees(".account", "API key")
	if kind := p.status(t, "anthropic", "ci").Kind; kind != account.APIKey {
		t.Errorf("it is of the kind %q", kind)
	}
	if eval[bool](w, `document.documentElement.outerHTML.includes(`+quote(key)+`) || [...document.querySelectorAll("input")].some((i) => i.value === `+quote(key)+`)`) {
		t.Error("the key is on the page")
	}
	w.press("Add account")
	w.choose("key")
	w.fill("API key", "sk-wrong")
	w.press("Go on")
	w.sees("dialog .wrong", "key")
}

// A login by paste: the browser ends at a page that cannot load.
func TestPaste(t *testing.T) {
	p := newPlace(t)
	p.account("home")
	w := p.open(t)
	w.press("Add account")
	w.choose("paste")
	w.press("Go on")
	w.sees("dialog h2", "Logging in to Anthropic")
	w.fill("What the browser shows in the end", "nonsense")
	w.press("Go on")
	w.until(`document.querySelector("dialog .wrong").textContent !== ""`)
	w.fill("What the browser shows in the end", ended(t, eval[string](w, `document.querySelector("dialog .address").textContent`)))
	w.press("Go on")
	w.sees("#said", "logged in to Anthropic as home@example.com")
	w.sees(".account", "home@example.com")
}

// ended is where the provider sends a browser that logs in.
func ended(t *testing.T, url string) string {
	t.Helper()
	own := &http.Transport{}
	defer own.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	rig.Must(t, err)
	resp, err := own.RoundTrip(req)
	rig.Must(t, err)
	rig.Must(t, resp.Body.Close())
	return resp.Header.Get("Location")
}

// A login by device: somebody types in the code elsewhere.
func TestDevice(t *testing.T) {
	p := newPlace(t)
	phone := p.srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Email: "phone@example.com"})
	w := p.open(t)
	w.press("Add account")
	w.fill("Provider", "openai")
	w.choose("device")
	w.press("Go on")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	code, err := p.srv.WaitDevice(ctx)
	rig.Must(t, err)
	w.sees("dialog .usercode", code)
	w.sees("dialog", "Never type in a code that somebody else sent you.")
	phone.ApproveDevice(code)
	w.sees("#said", "logged in to OpenAI as phone@example.com")
	if state := p.status(t, "openai", "phone@example.com").State; state != multiaccount.StateReady {
		t.Errorf("it is %s", state)
	}
}

// An account whose login is lost says so, and gets another by its browser.
func TestLogInAgain(t *testing.T) {
	p := newPlace(t)
	work := p.account("lost")
	login := rig.OAuth(work)
	id := rig.Add(t, p.pool(t, "anthropic"), login)
	work.Revoke()
	_ = p.pool(t, "anthropic").Refresh(t.Context(), id) // it is refused for good
	w := p.open(t)
	w.sees(".account.reauth .state", "reauth")
	w.press("Log in again: lost@example.com")
	w.choose("browser")
	w.press("Go on")
	w.sees("dialog h2", "Logging in to Anthropic")
	other := newWindow(t)
	other.do(chromedp.Navigate(eval[string](w, `document.querySelector("dialog .address").textContent`)))
	other.sees("body", "You are logged in to Anthropic")
	w.sees("#said", "logged in to Anthropic as lost@example.com")
	w.sees(".account.ready", "lost@example.com")
}

// A login that is left ends at the gateway, too.
func TestLoginIsGivenUp(t *testing.T) {
	w := newPlace(t).open(t)
	w.press("Add account")
	w.choose("paste")
	w.press("Go on")
	w.sees("dialog h2", "Logging in to Anthropic")
	w.do(chromedp.KeyEvent("\x1b"))
	w.sees("#said", "the login was given up, and nothing was stored")
	if on := eval[string](w, `document.activeElement.textContent`); on != "Add account" {
		t.Errorf("the focus is on %q", on)
	}
}
