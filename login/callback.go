package login

import (
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-810f1486/multiaccount/providers"
)

const (
	// readTime and writeTime bound how long a client may take for its part.
	readTime  = 10 * time.Second
	writeTime = 5 * time.Second
	maxHeader = 32 << 10
)

// callback is the server that a browser is sent back to. It takes one answer.
type callback struct {
	attempt attempt
	path    string
	// hosts are what a request may call this server.
	hosts []string

	taken   atomic.Bool
	arrived chan answer
	// decided is closed when outcome says what came of the answer, told when
	// the browser has the page about it.
	decided, told chan struct{}
	outcome       error

	http   http.Server
	served sync.WaitGroup
	conns  sync.WaitGroup
}

func serve(listeners []net.Listener, port int, where providers.Callback, a attempt) *callback {
	s := &callback{
		attempt: a, path: where.Path, hosts: hostsOf(where.Host, port),
		arrived: make(chan answer, 1), decided: make(chan struct{}), told: make(chan struct{}),
	}
	s.http = http.Server{
		Handler: s, ReadTimeout: readTime, MaxHeaderBytes: maxHeader,
		ConnState: s.countConns, ErrorLog: log.New(io.Discard, "", 0),
	}
	s.http.SetKeepAlivesEnabled(false)
	for _, l := range listeners {
		s.served.Go(func() { _ = s.http.Serve(l) }) // ends with ErrServerClosed, by close
	}
	return s
}

// hostsOf returns the names by which a browser may know the server. A page
// elsewhere whose own name was made to lead here (DNS rebinding) has another.
func hostsOf(host string, port int) []string {
	var all []string
	for _, name := range append(loopbacks(), "localhost", host) {
		all = append(all, net.JoinHostPort(name, strconv.Itoa(port)))
		if port == 80 { // which browsers leave out
			all = append(all, strings.TrimSuffix(net.JoinHostPort(name, ""), ":"))
		}
	}
	return all
}

func (s *callback) countConns(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.conns.Add(1)
	case http.StateClosed:
		s.conns.Done()
	case http.StateActive, http.StateIdle, http.StateHijacked:
	}
}

// close cuts what is left, and returns when every goroutine has ended.
func (s *callback) close() {
	_ = s.http.Close() // the listeners are gone either way
	s.served.Wait()
	_ = s.http.Close() // a connection accepted while the first Close ran
	s.conns.Wait()
}

// ServeHTTP implements [http.Handler]. A request that is not the answer
// changes nothing: anybody on this machine, and any page in the browser, can
// send one.
func (s *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	found := answerOf(query)
	switch {
	case !slices.Contains(s.hosts, strings.ToLower(r.Host)):
		show(w, http.StatusMisdirectedRequest, strangePage())
	case r.URL.Path != s.path:
		show(w, http.StatusNotFound, strangePage())
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		show(w, http.StatusMethodNotAllowed, strangePage())
	case len(query["state"]) != 1 || !s.attempt.isMine(query.Get("state")) || found.isZero():
		show(w, http.StatusBadRequest, strangePage())
	case !s.taken.CompareAndSwap(false, true):
		show(w, http.StatusGone, usedPage())
	default:
		s.take(w, r, found)
	}
}

// take hands the answer over and shows what came of it.
func (s *callback) take(w http.ResponseWriter, r *http.Request, found answer) {
	defer close(s.told)
	s.arrived <- found
	select {
	case <-s.decided:
		show(w, http.StatusOK, outcomePage(s.attempt.provider, s.outcome))
	case <-r.Context().Done(): // the browser has left, or the login is over
	}
}

// decide says what came of the answer, and waits until the browser knows.
func (s *callback) decide(err error) {
	s.outcome = err
	close(s.decided)
	<-s.told
}
