package serving

import (
	"context"
	"net"
	"net/http"
	"sync"

	"github.com/seed-810f1486/multiaccount/internal/wait"
)

// takeOver tells the serve whose listeners these are to leave them: they are served
// here now.
func (s *server) takeOver() {
	if s.from.before == nil {
		return
	}
	if err := s.from.before.dismiss(); err != nil {
		s.tell(err.Error())
	}
}

// awaitSuccessor waits for a serve that replaces this, until stop is called.
func (s *server) awaitSuccessor(ctx context.Context) (stop func()) {
	offers := s.offers()
	if offers[listenFlag] == nil {
		return func() {}
	}
	h, err := openHand(ctx, handPath(s.site.Dir, offers[listenFlag].Addr().String()), offers, s.replace)
	if err != nil {
		s.site.Log.Warn().Err(err).Msg("no other serve can take over from this one")
		return func() {}
	}
	return h.close
}

// offers are the listeners that another serve can have, by their flags.
func (s *server) offers() map[string]net.Listener {
	all := map[string]net.Listener{}
	for _, p := range s.places {
		flag := listenFlag
		if p.raw.Addr().Network() == "unix" {
			flag = socketFlag
		}
		if all[flag] == nil {
			all[flag] = p.raw
		}
	}
	for _, side := range []side{s.metrics, s.pprof} {
		if side.listener != nil {
			all[side.flag] = side.listener
		}
	}
	return all
}

// replace leaves the listeners to another serve.
func (s *server) replace() {
	close(s.replaced)
	s.withdraw()
	s.closeSides()
	_ = closeAll(s.places) // they are the other's
}

func (s *server) isReplaced() bool {
	select {
	case <-s.replaced:
		return true
	default:
		return false
	}
}

// lastAnswers closes each connection after its answer once another serve has taken
// over, so that the client connects to that one next.
func (s *server) lastAnswers(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.isReplaced() {
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

// leave ends a serve that another has replaced. It serves its connections for
// leaveTime more, and then finishes the requests under way. When ctx ends meanwhile, it
// ends as a serve that was not replaced.
func (s *server) leave(ctx context.Context, server *http.Server) error {
	s.tell("Another serve has taken over; this one finishes what is under way.")
	notify(stateStopping)
	if wait.For(ctx, leaveTime) == nil && s.drained(ctx, server) {
		return nil
	}
	return s.finish(ctx)
}

// drained closes idle connections, and reports whether all else has ended.
func (s *server) drained(ctx context.Context, server *http.Server) bool {
	ctx, cancel := context.WithTimeout(ctx, lastTime)
	var closing sync.WaitGroup
	defer closing.Wait()
	defer cancel()
	closing.Go(func() { _ = server.Shutdown(ctx) }) // what it does not close ends below
	return s.site.Gateway.Drain(ctx) == nil
}
