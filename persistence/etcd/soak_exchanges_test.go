package etcd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// exchanges stands before the provider's token endpoint, and knows which process
// spent which refresh token. A process that is killed, or stopped for longer than
// the lease of a refresh, after its token was spent cannot store the login: another
// may try that token once. Nobody else may.
type exchanges struct {
	url    string
	tokens string

	mu sync.Mutex
	// spent are the tokens that were exchanged, by fingerprint.
	spent map[string]spending
	// ranks order the logins of an account, by the fingerprints of their tokens;
	// ends are those of the access tokens among them.
	ranks map[string]int
	ends  map[string]time.Time
	// out are the times in which a process could not store what it was given.
	out map[int][]span
	// excused counts the tokens that were tried again after such a time; wrong
	// tells of the others.
	excused int
	wrong   []string
}

// spending is that a process sent a token, and the provider's answer came at at.
type spending struct {
	by       int
	sent, at time.Time
}

type span struct{ from, to time.Time }

// newLogin is what a login that its owner makes adds to the rank.
const newLogin = 1_000_000

func watchExchanges(tb testing.TB, tokens string) *exchanges {
	tb.Helper()
	x := &exchanges{tokens: tokens, spent: map[string]spending{}, ranks: map[string]int{}, ends: map[string]time.Time{}, out: map[int][]span{}}
	server := httptest.NewServer(x)
	tb.Cleanup(server.Close)
	x.url = server.URL
	return x
}

// endpoint is the token endpoint of one process.
func (x *exchanges) endpoint(process int) string { return x.url + "/" + strconv.Itoa(process) }

func fingerprint(token string) string {
	s := account.NewSecret(token)
	return s.Fingerprint()
}

// ServeHTTP passes an exchange on, also when the process that began it is gone
// meanwhile: so the answer is always seen.
func (x *exchanges) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	process, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
	body, lost := io.ReadAll(r.Body)
	form, odd := url.ParseQuery(string(body))
	if err != nil || lost != nil || odd != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	token, begun := fingerprint(form.Get("refresh_token")), time.Now()
	x.tried(token, process)
	status, answer, err := x.pass(context.WithoutCancel(r.Context()), r.Header.Get("Content-Type"), body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	x.answered(token, spending{process, begun, time.Now()}, status, answer)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(answer)
}

func (x *exchanges) pass(ctx context.Context, kind string, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, x.tokens, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}

// tried notes that a process sends a token.
func (x *exchanges) tried(token string, process int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	before, spent := x.spent[token]
	switch {
	case !spent:
	case x.wasOut(before):
		x.excused++
	default:
		x.wrong = append(x.wrong, fmt.Sprintf("process %d sends a token that process %d sent %s before, and had an answer for %s before",
			process, before.by, time.Since(before.sent), time.Since(before.at)))
	}
}

// storing is how long it takes at most to store a login when nothing else is wrong.
const storing = 15 * time.Second

// wasOut reports whether the process that spent a token could not store what it
// got.
func (x *exchanges) wasOut(s spending) bool {
	for _, out := range x.out[s.by] {
		if s.at.Before(out.to) && s.at.After(out.from.Add(-storing)) {
			return true
		}
	}
	return false
}

func (x *exchanges) answered(token string, s spending, status int, answer []byte) {
	if status != http.StatusOK {
		return
	}
	var got struct {
		Access  string  `json:"access_token"`
		Refresh string  `json:"refresh_token"`
		Life    float64 `json:"expires_in"`
	}
	_ = json.Unmarshal(answer, &got) // an answer that is none shows as an unknown token
	x.mu.Lock()
	defer x.mu.Unlock()
	x.spent[token] = s
	rank := x.ranks[token] + 1
	x.ranks[fingerprint(got.Refresh)], x.ranks[fingerprint(got.Access)] = rank, rank
	x.ends[fingerprint(got.Access)] = time.Now().Add(time.Duration(got.Life * float64(time.Second)))
}

// login notes a login that an account's owner made. It is later than all before it.
func (x *exchanges) login(number int, access, refresh string, ends time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ranks[fingerprint(refresh)], x.ranks[fingerprint(access)] = number*newLogin, number*newLogin
	x.ends[fingerprint(access)] = ends
}

// rank tells where a token stands among those of its account; false for one that
// the provider did not give.
func (x *exchanges) rank(fingerprint string) (int, time.Time, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	rank, known := x.ranks[fingerprint]
	return rank, x.ends[fingerprint], known
}

// isOut notes that a process stores nothing from from until to.
func (x *exchanges) isOut(process int, from, to time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.out[process] = append(x.out[process], span{from, to})
}

// slept reports whether a token ended while its process was out, and that goes on only
// just now.
func (x *exchanges) slept(process int, ended, now time.Time) bool {
	const justNow = 3 * time.Second
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.ContainsFunc(x.out[process], func(out span) bool {
		return ended.After(out.from) && ended.Before(out.to) && now.Before(out.to.Add(justNow))
	})
}

// complain notes what must not be.
func (x *exchanges) complain(format string, args ...any) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.wrong = append(x.wrong, fmt.Sprintf(format, args...))
}

// complaints returns what was noted, and how many tokens were tried again after a
// death.
func (x *exchanges) complaints() (wrong []string, excused int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.wrong, x.excused
}
