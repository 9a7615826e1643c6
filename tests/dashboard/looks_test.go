package dashboard_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// pages are all, by what is in the address, with their titles.
func pages() [][2]string {
	return [][2]string{{"accounts", "Accounts"}, {"usage", "Usage"}, {"events", "Events"}, {"decisions", "Decisions"}, {"clients", "Clients"}, {"settings", "Settings"}}
}

// busy is a place with something on each page.
func busy(t *testing.T) *place {
	t.Helper()
	p := newPlace(t)
	long := p.srv.AddAccount(providertest.Account{Name: "long", Email: "somebody.with.a.very.long.address.indeed@subdomain.of.a.company.example.com"})
	id := rig.Add(t, p.pool(t, "anthropic"), rig.OAuth(long))
	long.Revoke()
	_ = p.pool(t, "anthropic").Refresh(t.Context(), id) // it is refused for good
	rig.Add(t, p.pool(t, "openai"), rig.Key(p.srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Email: "key@example.com"})))
	for range 3 {
		p.ask(t, p.token)
	}
	return p
}

// dialogs are pressed for, each on its page.
func dialogs() [][3]string {
	return [][3]string{
		{"accounts", "Accounts", "work: details"},
		{"accounts", "Accounts", "Add account"},
		{"accounts", "Accounts", "Strategy of Anthropic: sticky"},
		{"settings", "Settings", "Change max_wait_ms"},
		{"settings", "Settings", "Edit the file"},
		{"clients", "Clients", "Add client"},
		{"clients", "Clients", "Remove laptop"},
	}
}

// Nothing is wider than a phone.
func TestPhone(t *testing.T) {
	w := busy(t).open(t)
	w.do(chromedp.EmulateViewport(360, 780))
	check := func(what string) {
		t.Helper()
		if wide := eval[int](w, "document.documentElement.scrollWidth"); wide > 360 {
			t.Errorf("%s is %d wide", what, wide)
		}
		if wide := eval[int](w, `Math.max(0, ...[...document.querySelectorAll("dialog")].map((d) => d.scrollWidth - d.clientWidth))`); wide > 0 {
			t.Errorf("%s: its dialog is %d too wide", what, wide)
		}
	}
	for _, page := range pages() {
		w.turn(page[0], page[1])
		check(page[1])
	}
	for _, d := range dialogs() {
		w.turn(d[0], d[1])
		w.press(d[2])
		w.sees("dialog h2", "")
		check(d[2])
		w.press("Close")
	}
}

// The page has the colours that the system prefers, or those that were chosen.
func TestColours(t *testing.T) {
	w := newPlace(t).open(t)
	isDark := `matchMedia("(prefers-color-scheme: dark)").matches, (() => { const [r] = getComputedStyle(document.body).backgroundColor.match(/\d+/g); return r < 128 })()`
	for _, system := range []string{"light", "dark"} {
		w.colours(system)
		for _, test := range []struct {
			chosen string
			dark   bool
		}{{"system", system == "dark"}, {"light", false}, {"dark", true}} {
			eval[any](w, `(() => { const s = document.getElementById("theme"); s.value = "`+test.chosen+`"; s.dispatchEvent(new Event("change")) })()`)
			if dark := eval[bool](w, isDark); dark != test.dark {
				t.Errorf("the system prefers %s and %s is chosen: dark is %t", system, test.chosen, dark)
			}
		}
	}
}

// Who has moved on when a dialog has closed stays there: the browser tells of the end of a
// dialog a frame later.
func TestFocusMovesOn(t *testing.T) {
	w := newPlace(t).open(t)
	w.press("Add account")
	eval[any](w, `document.querySelector("dialog").close(); document.querySelector("[aria-label='Disable work']").focus()`)
	if !w.until(`document.querySelectorAll("dialog").length === 0`) {
		t.Fatal("the dialog has not ended")
	}
	if on := eval[string](w, `document.activeElement.ariaLabel || document.activeElement.outerHTML`); on != "Disable work" {
		t.Errorf("the focus is on %q", on)
	}
}

// reach presses the tabulator until the focus is on the button or field with a name.
func (w *window) reach(name string) {
	w.t.Helper()
	for range 100 {
		w.do(chromedp.KeyEvent("\t"))
		if eval[string](w, `document.activeElement.ariaLabel || document.activeElement.labels?.[0]?.firstChild.textContent || document.activeElement.textContent`) == name {
			return
		}
	}
	w.t.Fatalf("the keyboard does not lead to %q", name)
}

// All can be reached and done with the keyboard alone.
func TestKeyboard(t *testing.T) {
	p := newPlace(t)
	w := p.open(t)
	w.do(chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r"))
	if on := eval[string](w, "document.activeElement.id"); on != "main" {
		t.Errorf("the first key leads to %q", on)
	}
	w.reach("Add account")
	w.do(chromedp.KeyEvent("\r"))
	w.sees("dialog h2", "Add an account")
	w.do(chromedp.KeyEvent("\x1b"))
	w.reach("Disable work")
	w.do(chromedp.KeyEvent("\r"))
	w.sees(".account.disabled", "work")
	if on := eval[string](w, `document.activeElement.ariaLabel || document.activeElement.outerHTML`); on != "Enable work" {
		t.Errorf("the focus is on %q", on)
	}
	w.reach("work: details")
	w.do(chromedp.KeyEvent("\r"))
	w.sees("dialog .facts", "work@example.com")
	w.reach("Change")
	w.do(chromedp.KeyEvent("\r"))
	w.reach("Priority")
	w.do(chromedp.KeyEvent("7"), chromedp.KeyEvent("\r"))
	w.sees("#said", "changed work")
	if a := p.status(t, "anthropic", "work"); a.Priority != 7 {
		t.Errorf("the priority is %d", a.Priority)
	}
	w.reach("Remove")
	w.do(chromedp.KeyEvent("\r"))
	w.sees("dialog h2", "Remove work of Anthropic?")
	w.reach("Remove")
	w.do(chromedp.KeyEvent("\r"))
	w.sees("#said", "removed work")
	w.until(`document.querySelectorAll("dialog").length === 0`)
	if on := eval[string](w, "document.activeElement.id"); on != "main" {
		t.Errorf("the focus is on %q, and its button is gone", on)
	}
	w.reach("Settings")
	w.do(chromedp.KeyEvent("\r"))
	w.sees("#main h1", "Settings")
	w.reach("Change max_wait_ms")
	w.do(chromedp.KeyEvent("\r"))
	w.sees("dialog h2", "Change max_wait_ms")
	w.do(chromedp.KeyEvent("7"), chromedp.KeyEvent("\r"))
	w.sees("#said", "changed max_wait_ms")
}
