package providertest

import (
	"slices"
	"strings"
)

// Match says which requests a script answers; its zero value means every
// generation request.
type Match struct {
	// Flavour restricts the script to one provider; empty means both.
	Flavour Flavour
	// Account restricts it to the requests of one account; nil means all.
	Account *AccountHandle
	// Endpoint is the one whose requests are answered: [Generation] unless set.
	Endpoint Endpoint
	// Model restricts it to models with this in their name; empty means all.
	Model string
}

func (m Match) fits(x *exchange) bool {
	return m.Endpoint == x.endpoint &&
		(m.Flavour == "" || m.Flavour == x.flavour) &&
		(m.Account == nil || m.Account == x.acct) &&
		strings.Contains(x.model, m.Model)
}

// Script is a queue of answers that wait for their requests.
type Script struct {
	srv     *Server
	match   Match
	answers []Answer // guarded by srv.mu
}

// Script gives the next requests that match, in the order in which they
// come, these answers in this order; then the server answers by itself again.
// Of several scripts that match, the oldest with answers left counts.
func (s *Server) Script(m Match, answers ...Answer) *Script {
	s.mu.Lock()
	defer s.mu.Unlock()
	script := &Script{srv: s, match: m, answers: append([]Answer(nil), answers...)}
	s.scripts = append(s.scripts, script)
	return script
}

// Left returns how many answers have not been given yet.
func (sc *Script) Left() int {
	sc.srv.mu.Lock()
	defer sc.srv.mu.Unlock()
	return len(sc.answers)
}

// Stop drops the answers that have not been given yet.
func (sc *Script) Stop() {
	sc.srv.mu.Lock()
	defer sc.srv.mu.Unlock()
	sc.answers = nil
	sc.srv.scripts = slices.DeleteFunc(sc.srv.scripts, func(other *Script) bool { return other == sc })
}

// Next scripts the account's next generation requests.
func (h *AccountHandle) Next(answers ...Answer) *Script {
	return h.srv.Script(Match{Account: h}, answers...)
}

// NextToken scripts the next exchanges of the account's refresh tokens. A
// refresh token that gets a scripted answer is not spent, unless the answer
// says so with [Answer.AfterSpending].
func (h *AccountHandle) NextToken(answers ...Answer) *Script {
	return h.srv.Script(Match{Account: h, Endpoint: Token}, answers...)
}

// scripted takes the answer that waits for this request, [OK] when none does,
// and forgets scripts that are used up.
func (s *Server) scripted(x *exchange) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, script := range s.scripts {
		if len(script.answers) == 0 || !script.match.fits(x) {
			continue
		}
		a := script.answers[0]
		if a.always {
			return a
		}
		script.answers = script.answers[1:]
		if len(script.answers) == 0 {
			s.scripts = slices.Delete(s.scripts, i, i+1)
		}
		return a
	}
	return OK()
}
