package dashboard_test

import (
	"net/http"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// The token of a new client shows once, and works.
func TestAddClient(t *testing.T) {
	p := newPlace(t)
	w := p.open(t)
	w.turn("clients", "Clients")
	w.sees("tbody", "laptop")
	w.press("Add client")
	w.fill("Name", "phone")
	w.fill("Requests at once", "3")
	w.fill("Waits, minutes", "90")
	w.fill("Models", "claude-sonnet-*, claude-haiku-*")
	w.fill("Tokens a day", "20")
	w.choose("anthropic")
	w.press("Add")
	w.sees("dialog h2", "The token of phone")
	token := eval[string](w, `document.querySelector("dialog .secret input").value`)
	w.press("I have it")
	w.sees("tbody", "1h 30m")
	if eval[bool](w, `document.documentElement.outerHTML.includes(`+quote(token)+`)`) {
		t.Error("the token is still on the page")
	}
	if status := p.ask(t, token); status != http.StatusOK {
		t.Errorf("HTTP %d with the new token", status)
	}
	w.sees("tbody", "claude-sonnet-*, claude-haiku-*")
	w.sees("tbody", "14 of 20")
	w.press("Change phone")
	w.fill("Requests at once", "7")
	w.press("Save")
	w.sees("#said", "changed the client phone")
	w.sees("tbody", "7")
	w.press("Remove phone")
	w.press("Remove")
	w.sees("#said", "removed the client phone")
	if status := p.ask(t, token); status != http.StatusUnauthorized {
		t.Errorf("HTTP %d with the token of a client that is gone", status)
	}
}

// A client that is bound to an account which is gone stays bound to it, whatever else of
// it is changed.
func TestBoundClientStaysBound(t *testing.T) {
	p := newPlace(t)
	id := p.status(t, "anthropic", "spare").ID
	r := p.reader(t)
	r.send(t, http.MethodPatch, "/dashboard/api/clients/laptop", `{"accounts": ["`+id+`"], "max_wait_ms": 20000}`)
	rig.Must(t, p.pool(t, "anthropic").Remove(t.Context(), id))
	w := p.open(t)
	w.turn("clients", "Clients")
	w.press("Change laptop")
	w.sees("dialog .choice", id+" (is gone)")
	w.fill("Priority", "4")
	w.press("Save")
	w.sees("#said", "changed the client laptop")
	c := gjson.Get(r.send(t, http.MethodGet, "/dashboard/api/clients", ""), "0")
	if c.Get("accounts.0").String() != id || c.Get("max_wait_ms").Int() != 20000 || c.Get("priority").Int() != 4 {
		t.Errorf("changed: %s", c.Raw)
	}
}

// What is used shows by account, client, model and provider, over each time.
func TestUsage(t *testing.T) {
	p := newPlace(t)
	w := p.open(t)
	w.turn("usage", "Usage")
	w.sees("main", "Nothing was used in this time.")
	for range 3 {
		p.ask(t, p.token)
	}
	w.sees("tbody", "work")
	w.sees("tfoot", "3")
	w.press("by client")
	w.sees("tbody", "laptop")
	w.press("by model")
	w.sees("tbody", "claude-sonnet-4-6")
	for _, long := range []string{"1 hour", "7 days", "30 days"} {
		w.press(long)
		w.sees(".chart h2", "in "+long)
		w.sees("tbody", "claude-sonnet-4-6")
	}
	if n := eval[int](w, `document.querySelectorAll(".chart canvas").length`); n != 2 {
		t.Errorf("%d charts", n)
	}
}

// Each decision is explained.
func TestDecisions(t *testing.T) {
	p := newPlace(t)
	w := p.open(t)
	w.turn("decisions", "Decisions")
	w.sees("main", "No decision was made yet.")
	p.ask(t, p.token)
	rig.Must(t, p.pool(t, "anthropic").SetEnabled(t.Context(), p.status(t, "anthropic", "spare").ID, false))
	p.ask(t, p.token)
	w.until(`document.querySelectorAll(".decision").length === 2`)
	eval[any](w, `document.querySelector(".decision summary").click()`)
	w.sees(".told", "work (chosen)")
	w.sees(".told", "spare: ")
	w.sees(".told", "→ 200, success")
}
