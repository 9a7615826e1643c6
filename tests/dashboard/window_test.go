package dashboard_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// window is a browser window with cookies of its own.
type window struct {
	t   *testing.T
	ctx context.Context //nolint:containedctx // it is how chromedp knows a window
}

// patience is how long a test waits for something on the page, on a machine that is busy too.
const patience = 3 * time.Minute

// newWindow opens a window that is empty, with storage of its own.
func newWindow(t *testing.T) *window {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("chromium is not installed:", err)
	}
	browser, err := browsers.get()
	rig.Must(t, err)
	return (&window{t, browser}).tab(chromedp.WithNewBrowserContext())
}

// another opens a window that shares its storage with this one.
func (w *window) another() *window {
	w.t.Helper()
	return w.tab()
}

func (w *window) tab(options ...chromedp.ContextOption) *window {
	w.t.Helper()
	ctx, cancel := chromedp.NewContext(w.ctx, options...)
	w.t.Cleanup(func() { _ = chromedp.Cancel(ctx); cancel() })
	rig.Must(w.t, chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900)))
	return &window{w.t, ctx}
}

// open opens a window that is logged in.
func (p *place) open(t *testing.T) *window {
	t.Helper()
	w := newWindow(t)
	w.do(chromedp.Navigate(p.link(t)))
	w.sees("#main h1", "Accounts")
	w.sees("#link", "live")
	return w
}

func (w *window) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	rig.Must(w.t, chromedp.Do(ctx, steps...))
}

// eval returns what an expression comes to in the page.
func eval[T any](w *window, expression string) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	rig.Must(w.t, err)
	return value
}

// sees waits until an element that shows has a text.
func (w *window) sees(selector, text string) {
	w.t.Helper()
	if !w.until(`[...document.querySelectorAll(` + quote(selector) + `)].some((e) => e.checkVisibility() && e.textContent.includes(` + quote(text) + `))`) {
		w.t.Fatalf("there is no %s with %q on the page:\n%s", selector, text, eval[string](w, "document.body.innerText"))
	}
}

// until waits until a condition of the page holds.
func (w *window) until(condition string) bool {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	for ctx.Err() == nil {
		if holds, err := chromedp.Run(ctx, chromedp.Evaluate[bool](condition)); holds && err == nil {
			return true
		}
		select { // an error is that of a page that gives way to the next
		case <-time.After(pollTime):
		case <-ctx.Done():
		}
	}
	return false
}

// pollTime is between two looks at the page.
const pollTime = 50 * time.Millisecond

// press clicks the button with a name, as a screen reader tells it.
func (w *window) press(name string) {
	w.t.Helper()
	find := `[...document.querySelectorAll("button, a")].filter((e) => e.checkVisibility() && (e.getAttribute("aria-label") || e.textContent) === ` + quote(name) + `).at(-1)`
	if !w.until("(() => { const b = " + find + "; b?.focus(); b?.click(); return !!b })()") {
		w.t.Fatalf("there is no button %q on the page:\n%s", name, eval[string](w, "document.body.innerText"))
	}
}

// fill types into the field with a label. A dialog that has closed is still there, until
// the browser draws its next frame.
func (w *window) fill(label, text string) {
	w.t.Helper()
	find := `document.getElementById([...document.querySelectorAll("dialog label")].find((l) => l.checkVisibility() && l.textContent === ` + quote(label) + `)?.htmlFor)`
	if !w.until(`(() => { const f = ` + find + `; if (!f) return false; f.focus(); f.value = ` + quote(text) + `; f.dispatchEvent(new Event("change", {bubbles: true})); return true })()`) {
		w.t.Fatalf("there is no field %q on the page:\n%s", label, eval[string](w, "document.body.innerText"))
	}
}

// choose picks one of the choices of a dialog.
func (w *window) choose(value string) {
	w.t.Helper()
	eval[any](w, `[...document.querySelectorAll("dialog input[value=`+value+`]")].find((e) => e.checkVisibility()).click()`)
}

// turn goes to a page of the dashboard.
func (w *window) turn(page, title string) {
	w.t.Helper()
	eval[any](w, `location.hash = "#`+page+`"`)
	w.sees("#main h1", title)
}

// colours sets what the system prefers.
func (w *window) colours(scheme string) {
	w.t.Helper()
	_, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	rig.Must(w.t, err)
}

// quote is a text as JavaScript has it.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}

func post(t *testing.T, url, token, body string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader([]byte(body)))
	rig.Must(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	own := &http.Transport{}
	defer own.CloseIdleConnections()
	resp, err := (&http.Client{Transport: own}).Do(req)
	rig.Must(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	rig.Must(t, err)
	rig.Must(t, resp.Body.Close())
	return resp.StatusCode
}
