package dashboard

import (
	"net/http"
)

// Config says what [New] serves. Both are required.
type Config struct {
	// File is where links are kept, see [NewLink].
	File string
	// API answers requests below /admin/v1/. It gets those of a session alone, by
	// which [Authorized] is true.
	API http.Handler
}

// Dashboard is an HTTP handler for GET / and for all below [Prefix]. It does not check
// the names by which it is addressed: mount it behind what does. It is safe for
// concurrent use. Make it with [New] and end it with [Dashboard.Close].
type Dashboard struct {
	config   Config
	sessions sessions
	mux      *http.ServeMux
}

// Prefix is what the dashboard's paths begin with, but for the page itself.
const Prefix = "/dashboard/"

// New returns a dashboard without sessions.
func New(c Config) *Dashboard {
	d := &Dashboard{config: c, mux: http.NewServeMux()}
	d.mux.Handle("GET /{$}", page("index.html"))
	d.mux.Handle("GET "+Prefix+"{$}", http.RedirectHandler("/", http.StatusFound)) // for who types it
	for _, name := range assets() {
		d.mux.Handle("GET "+Prefix+name, page(name))
	}
	d.mux.HandleFunc("POST "+Prefix+"session", d.logIn)
	d.mux.Handle("DELETE "+Prefix+"session", d.forSession(http.HandlerFunc(d.logOut)))
	d.mux.Handle(Prefix+"api/", d.forSession(http.HandlerFunc(d.passOn)))
	return d
}

// ServeHTTP implements [http.Handler].
func (d *Dashboard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	protect(w.Header())
	d.mux.ServeHTTP(w, r)
}

// Close ends all sessions, and the streams that they have open.
func (d *Dashboard) Close() { d.sessions.close() }

// policy allows what the page consists of, from here alone.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

// protect sets what every answer has. Nothing of it is kept by browsers.
func protect(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}
