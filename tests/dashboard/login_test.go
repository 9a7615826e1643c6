package dashboard_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A link logs one browser in, once, and its secret stays nowhere.
func TestLink(t *testing.T) {
	p := newPlace(t)
	link := p.link(t)
	w := newWindow(t)
	w.do(chromedp.Navigate(link))
	w.sees(".account", "work")
	if at := eval[string](w, "location.href"); at != p.url+"/#accounts" {
		t.Errorf("the address is %s", at)
	}
	if kept := eval[string](w, "JSON.stringify({...localStorage, ...sessionStorage, cookie: document.cookie})"); strings.Contains(kept, secretOf(link)) || !strings.Contains(kept, `"cookie":""`) {
		t.Errorf("scripts see %s", kept)
	}
	other := newWindow(t)
	other.do(chromedp.Navigate(link))
	other.sees("main", "This link was used already")
	other.sees("main", "multiaccount dashboard")
	if strings.Contains(p.log.String(), secretOf(link)) {
		t.Error("the link's secret is in the log")
	}
}

// The login holds for other windows of the browser, and until it is ended.
func TestLogOut(t *testing.T) {
	w := newPlace(t).open(t)
	w.do(chromedp.Reload())
	w.sees(".account", "work")
	w.press("Log out")
	w.sees("main", "You are logged out")
	w.do(chromedp.Reload())
	w.sees("main", "opened by a link")
	if text := eval[string](w, "document.body.innerText"); strings.Contains(text, "spare") {
		t.Errorf("the page has still\n%s", text)
	}
}

// The end of the gateway is told, and the next one wants a new login.
func TestConnectionLost(t *testing.T) {
	p := newPlace(t)
	w := p.open(t)
	if err := p.stop(); err != nil {
		t.Fatal(err)
	}
	w.sees("#link", "no connection to the gateway")
	w.sees(".account", "work")
	p.serve(t, strings.TrimPrefix(p.url, "http://"))
	w.sees("main", "the gateway was started again")
	w.do(chromedp.Navigate("about:blank"), chromedp.Navigate(p.link(t)))
	w.sees(".account", "work")
}

// Two windows of a browser are logged in and out together, and a session that is stale
// asks for a new link.
func TestTwoWindows(t *testing.T) {
	p := newPlace(t)
	w := p.open(t)
	other := w.another()
	other.do(chromedp.Navigate(p.url))
	other.sees(".account", "work")
	other.press("Disable work")
	w.sees(".account.disabled", "work")
	w.press("Log out")
	w.sees("main", "You are logged out")
	other.sees("main", "You are logged out")
	w.do(chromedp.Navigate("about:blank"), chromedp.Navigate(p.link(t)))
	w.sees(".account", "work")
	other.sees(".account", "work")
	eval[any](other, `localStorage.setItem("multiaccount-dashboard", "stale"); document.querySelector("[aria-label='Enable work']").click()`)
	other.sees("main", "You are not logged in")
	w.sees("main", "You are not logged in")
	if p.status(t, "anthropic", "work").Enabled {
		t.Error("it was enabled without a session")
	}
}

// A log-out is told as one in the other windows too, whatever they hear first: that the
// session has ended, or who ended it.
func TestOtherWindowHearsOfTheEndFirst(t *testing.T) {
	p := newPlace(t)
	w := p.open(t)
	other := w.another()
	other.do(chromedp.Navigate(p.url))
	other.sees(".account", "work")
	eval[any](w, `{ const real = fetch; fetch = async (url, o) => {
		const answer = await real(url, o);
		if (o?.method === "DELETE") await new Promise((go) => window.answered = go);
		return answer;
	}; }`)
	w.press("Log out")
	if !w.until("!!window.answered") {
		t.Fatal("no log-out was sent")
	}
	other.sees("main", "This dashboard is opened by a link")
	eval[any](w, "answered()")
	w.sees("main", "You are logged out")
	other.sees("main", "You are logged out")
}
