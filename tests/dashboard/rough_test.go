package dashboard_test

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// before has each page run a script before its own ones.
func (w *window) before(script string) {
	w.t.Helper()
	_, err := chromedp.Call(w.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	rig.Must(w.t, err)
}

// A browser whose clock is wrong shows the times that are.
func TestWrongClock(t *testing.T) {
	p := newPlace(t)
	p.ask(t, p.token)
	w := newWindow(t)
	w.before(`{ const Real = Date; Date = class extends Real { constructor(...a) { a.length ? super(...a) : super(Date.now()); } static now() { return Real.now() + 3 * 3600e3; } }; }`)
	w.do(chromedp.Navigate(p.link(t)))
	w.sees(".quota .ends", "resets in 4h 5")
	w.press("work: details")
	w.sees("dialog .facts", "s ago")
}

// Ten thousand events are taken, the latest are kept, and the page answers.
func TestManyEvents(t *testing.T) {
	p := newPlace(t)
	w := newWindow(t)
	w.before(`{ const real = fetch; let sent = false; fetch = async (url, o) => {
		if (!String(url).endsWith("/api/events") || sent) return real(url, o);
		sent = true;
		const lines = Array.from({length: 10000}, (_, i) => "id: x-" + i + "\ndata: " + JSON.stringify({event: "account_cooled", at: new Date().toISOString(), label: "n" + i, reason: "5h"}) + "\n\n");
		return new Response(new ReadableStream({ async pull(c) {
			if (!lines.length) return new Promise(() => {});
			c.enqueue(new TextEncoder().encode(lines.splice(0, 100).join("")));
			await new Promise((go) => setTimeout(go, 1));
		} }));
	}; }`)
	w.do(chromedp.Navigate(p.link(t)))
	w.sees(".live .event", "n9999")
	w.turn("events", "Events")
	w.sees(".wide .event", "n9999")
	if n := eval[int](w, `document.querySelectorAll(".event").length`); n != 500 {
		t.Errorf("%d events show", n)
	}
	w.turn("accounts", "Accounts")
	w.press("Disable work")
	w.sees("#said", "disabled work")
}

// A connection that is cut is made again, and no event is missed or twice there.
func TestCutStream(t *testing.T) {
	p := newPlace(t)
	line := newLine(t, strings.TrimPrefix(p.url, "http://"))
	w := newWindow(t)
	w.do(chromedp.Navigate(strings.Replace(p.link(t), p.url, line.url, 1)))
	w.sees("#link", "live")
	enable := func(is bool) {
		t.Helper()
		rig.Must(t, p.pool(t, "anthropic").SetEnabled(t.Context(), p.status(t, "anthropic", "spare").ID, is))
	}
	enable(false)
	w.sees(".live .event", "spare was disabled")
	line.cut(true)
	w.sees("#link", "no connection to the gateway")
	w.press("Disable work")
	w.sees("#said", "the gateway does not answer")
	enable(true)
	line.cut(false)
	w.sees("#link", "live")
	w.sees(".live .event", "spare was enabled")
	if n := eval[int](w, `[...document.querySelectorAll(".live .event")].filter((e) => /spare was (en|dis)abled/.test(e.textContent)).length`); n != 2 {
		t.Errorf("%d events show", n)
	}
}

// A connection that is dead without an end, as after the machine's sleep, is noticed.
func TestDeadStream(t *testing.T) {
	p := newPlace(t)
	line := newLine(t, strings.TrimPrefix(p.url, "http://"))
	w := newWindow(t)
	w.before(`{ const real = setTimeout; setTimeout = (f, ms, ...a) => real(f, ms === 45000 ? 3000 : ms, ...a); }`)
	w.do(chromedp.Navigate(strings.Replace(p.link(t), p.url, line.url, 1)))
	w.sees("#link", "live")
	line.mu.Lock() // nothing passes, and nothing ends
	w.sees("#link", "no connection to the gateway")
	line.mu.Unlock()
	w.sees("#link", "live")
	rig.Must(t, p.pool(t, "anthropic").SetEnabled(t.Context(), p.status(t, "anthropic", "spare").ID, false))
	w.sees(".live .event", "spare was disabled")
}

// line is between the browser and the gateway. It passes on what comes while mu is free.
type line struct {
	url, to string
	mu      sync.Mutex
	isCut   bool
	open    []net.Conn
}

// held writes while the line passes on.
type held struct {
	net.Conn

	line *line
}

// Write implements [io.Writer].
func (h held) Write(text []byte) (int, error) {
	h.line.mu.Lock()
	defer h.line.mu.Unlock()
	return h.Conn.Write(text)
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	listen, err := net.Listen("tcp", "127.0.0.1:0")
	rig.Must(t, err)
	l := &line{url: "http://" + listen.Addr().String(), to: to}
	var ends sync.WaitGroup
	ends.Go(func() {
		for {
			from, err := listen.Accept()
			if err != nil {
				return
			}
			ends.Go(func() { l.pass(from) })
		}
	})
	t.Cleanup(func() { _ = listen.Close(); l.cut(true); ends.Wait() })
	return l
}

func (l *line) pass(from net.Conn) {
	to, err := net.DialTimeout("tcp", l.to, time.Minute)
	if err != nil {
		_ = from.Close()
		return
	}
	l.mu.Lock()
	l.open = append(l.open, from, to)
	if l.isCut {
		_, _ = from.Close(), to.Close()
	}
	l.mu.Unlock()
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{from, to}, {to, from}} {
		both.Go(func() {
			_, _ = io.Copy(held{way[1], l}, way[0])
			_, _ = from.Close(), to.Close()
		})
	}
	both.Wait()
}

// cut ends all connections, and those that come until it is called again.
func (l *line) cut(is bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.isCut = is
	for _, each := range l.open {
		_ = each.Close()
	}
	l.open = nil
}
