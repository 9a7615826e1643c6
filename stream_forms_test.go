package multiaccount_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

// dialect is one provider's streams.
type dialect struct {
	path  string
	make  func(url string) providers.Provider
	whole string // a whole stream
	begun string // its preamble
	part  string // its first output, behind begun
	limit string // the data of an event that tells of a limit
}

func dialects() map[string]dialect {
	const delta = `{"type":"response.output_text.delta","delta":"hi"}`
	return map[string]dialect{
		"anthropic": {
			path:  "/v1/messages",
			make:  func(url string) providers.Provider { return anthropic.New(anthropic.Options{BaseURL: url}) },
			whole: whole, begun: begun, part: output,
			limit: `{"type":"error","error":{"type":"rate_limit_error","message":"Try again in 100s."}}`,
		},
		"responses": {
			path:  "/v1/responses",
			make:  func(url string) providers.Provider { return openai.New(openai.Options{BaseURL: url}) },
			whole: data(`{"type":"response.created"}`) + data(delta) + data(`{"type":"response.completed","response":{"id":"r"}}`),
			begun: data(`{"type":"response.created"}`), part: data(delta),
			limit: `{"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded","message":"Try again in 100s."}}}`,
		},
		"chat": {
			path:  "/v1/chat/completions",
			make:  func(url string) providers.Provider { return openai.New(openai.Options{BaseURL: url}) },
			whole: data(`{"choices":[{"delta":{"role":"assistant"}}]}`) + data(`{"choices":[{"delta":{"content":"hi"}}]}`) + data(`[DONE]`),
			begun: data(`{"choices":[{"delta":{"role":"assistant"}}]}`), part: data(`{"choices":[{"delta":{"content":"hi"}}]}`),
			limit: `{"error":{"code":"rate_limit_exceeded","message":"Try again in 100s."}}`,
		},
	}
}

// data is an event without a name.
func data(json string) string { return "data: " + json + "\n\n" }

// reply is what a server answers to a stream's request, under a 200.
type reply struct {
	header map[string]string
	// pieces are flushed one by one.
	pieces []string
	// length says Content-Length.
	length bool
}

func (r reply) write(w http.ResponseWriter) {
	w.Header()["Content-Type"] = nil // else it is guessed
	for name, value := range r.header {
		w.Header().Set(name, value)
	}
	if r.length {
		w.Header().Set("Content-Length", fmt.Sprint(len(strings.Join(r.pieces, ""))))
	}
	w.WriteHeader(http.StatusOK)
	for _, piece := range r.pieces {
		_, _ = io.WriteString(w, piece)
		_ = http.NewResponseController(w).Flush()
	}
}

// events is a reply with a stream's Content-Type.
func events(pieces ...string) reply {
	return reply{header: map[string]string{"Content-Type": "text/event-stream"}, pieces: pieces}
}

// streamServer is an API in front of two accounts, a and b. The first request of
// all gets a reply, later ones the whole stream.
type streamServer struct {
	dialect
	url    string
	eng    *multiaccount.Engine
	pool   *multiaccount.Pool
	client *http.Client
	heard  *heard
	// header is that of the latest answer.
	header http.Header

	mu    sync.Mutex
	first reply
	calls []string
}

func serve(t *testing.T, d dialect, http2 bool, first reply) *streamServer {
	t.Helper()
	u := &streamServer{dialect: d, first: first, heard: &heard{}}
	srv := httptest.NewUnstartedServer(u)
	srv.EnableHTTP2 = http2
	srv.StartTLS()
	t.Cleanup(srv.Close)
	provider := d.make(srv.URL)
	eng := open(t, multiaccount.Config{Providers: []providers.Provider{provider}, Settings: quiet(), Store: persistence.NewMemory()})
	u.url, u.eng, u.pool = srv.URL, eng, poolOf(t, eng, provider.Name())
	add(t, u.pool, "a")
	add(t, u.pool, "b")
	t.Cleanup(eng.Subscribe(u.heard.hear))
	base, _ := srv.Client().Transport.(*http.Transport)
	base.DisableCompression = true // codings are the test's
	u.client = &http.Client{Transport: u.pool.Transport(base)}
	return u
}

func (u *streamServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	u.mu.Lock()
	u.calls = append(u.calls, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer access-"))
	n := len(u.calls)
	u.mu.Unlock()
	if n == 1 {
		u.first.write(w)
		return
	}
	events(u.whole).write(w)
}

// ask asks for a stream and returns what came, and how it ended.
func (u *streamServer) ask(t *testing.T) (text string, err error) {
	t.Helper()
	return u.post(t, `{"model":"m","stream":true}`)
}

func (u *streamServer) post(t *testing.T, body string) (text string, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, u.url+u.path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := u.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	u.header = resp.Header
	read, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	return string(read), err
}

// wasAsked checks who was.
func (u *streamServer) wasAsked(t *testing.T, want ...string) {
	t.Helper()
	u.mu.Lock()
	defer u.mu.Unlock()
	if !slices.Equal(u.calls, want) {
		t.Errorf("asked %v, want %v", u.calls, want)
	}
}

// told checks which events there were, and closes the engine to have them all.
func (u *streamServer) told(t *testing.T, want ...string) {
	t.Helper()
	closeEngine(t, u.eng)
	if got := u.heard.all(); !slices.Equal(got, want) {
		t.Errorf("heard %v, want %v", got, want)
	}
}

// rests checks that the account a does.
func (u *streamServer) rests(t *testing.T) {
	t.Helper()
	all, err := u.pool.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if all[0].State != multiaccount.StateCooling {
		t.Errorf("%s is %s", all[0].Label, all[0].State)
	}
}

// moved checks that the caller got the second account's stream.
func (u *streamServer) moved(t *testing.T) {
	t.Helper()
	text, err := u.ask(t)
	if text != u.whole || err != nil {
		t.Errorf("got %.300q, %v", text, err)
	}
	u.wasAsked(t, "a", "b")
	u.rests(t)
}

func forDialects(t *testing.T, test func(t *testing.T, d dialect, http2 bool)) {
	t.Helper()
	for name, d := range dialects() {
		for protocol, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
			t.Run(name+" "+protocol, func(t *testing.T) { test(t, d, http2) })
		}
	}
}

// A limit before the first output moves on unseen, whatever the stream is called
// and however its lines are written.
func TestStreamsAreKnownByWhatComes(t *testing.T) {
	for name, headers := range map[string]map[string]string{
		"declared": {"Content-Type": "text/event-stream"}, "no type": {}, "text": {"Content-Type": "text/plain; charset=utf-8"},
		"bytes": {"Content-Type": "application/octet-stream"}, "JSON": {"Content-Type": "application/json"},
	} {
		t.Run(name, func(t *testing.T) {
			forDialects(t, func(t *testing.T, d dialect, http2 bool) {
				serve(t, d, http2, reply{header: headers, pieces: []string{d.begun, data(d.limit)}}).moved(t)
			})
		})
	}
}

func TestStreamsAreReadAsTheFormatSays(t *testing.T) {
	for name, write := range map[string]func(begun, limit string) string{
		"carriage returns": func(begun, limit string) string { return strings.ReplaceAll(begun+data(limit), "\n", "\r") },
		"both":             func(begun, limit string) string { return strings.ReplaceAll(begun+data(limit), "\n", "\r\n") },
		"byte order mark":  func(begun, limit string) string { return "\ufeff" + begun + data(limit) },
		"comments":         func(begun, limit string) string { return ":\n\n: hi\n" + begun + ": hi\n" + data(limit) },
		"no space":         func(_, limit string) string { return "id\nretry:1\ndata:" + limit + "\n\n" },
		"white space": func(_, limit string) string {
			return data(strings.NewReplacer(`:`, "\t: ", `,`, " ,\r\ndata: ").Replace(limit))
		},
		"one line for each": func(_, limit string) string { return "data: " + strings.ReplaceAll(limit, ",", ",\ndata: ") + "\n\n" },
		"other names":       func(_, limit string) string { return "event: message\n" + data(limit) },
		"no empty line":     func(begun, limit string) string { return begun + "data: " + limit },
		"type at the end": func(_, limit string) string {
			members := strings.TrimSuffix(limit, "}")
			if rest, is := strings.CutPrefix(members, `{"type":`); is {
				kind, others, _ := strings.Cut(rest, ",")
				return data(`{"sequence":{"type":"ping"},` + others + `,"type":` + kind + `}`)
			}
			return data(`{"sequence":{"type":"ping"},` + strings.TrimPrefix(limit, "{"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			forDialects(t, func(t *testing.T, d dialect, http2 bool) {
				serve(t, d, http2, events(write(d.begun, d.limit))).moved(t)
			})
		})
	}
}

// An object with an error in place of a stream is the failure that it tells of.
func TestErrorObjectInPlaceOfAStream(t *testing.T) {
	for name, contentType := range map[string]string{"as a stream": "text/event-stream", "as JSON": "application/json", "no type": ""} {
		t.Run(name, func(t *testing.T) {
			forDialects(t, func(t *testing.T, d dialect, http2 bool) {
				half := len(d.limit) / 2
				serve(t, d, http2, reply{
					header: map[string]string{"Content-Type": contentType}, pieces: []string{"\n", d.limit[:half], d.limit[half:]},
				}).moved(t)
			})
		})
	}
}

// A page of a firewall is the provider's trouble: the request is sent again.
func TestPageInPlaceOfAStream(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		const page = "\r\n<!DOCTYPE html><html><title>Just a moment...</title></html>"
		u := &streamer{header: http.Header{"Content-Type": {"text/html"}}, streams: map[string][]io.ReadCloser{"a": {stream(page)}}}
		client, _, _ := openStreams(t, u, claude())
		resp, err := ask(t, t.Context(), client, strings.NewReader(`{"stream":true}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, resp.Body); got != whole || !slices.Equal(u.calls, []string{"a", "a"}) {
			t.Errorf("got %q of %v", got, u.calls)
		}
		_ = resp.Body.Close()
	})
}

// What is neither a stream nor an error passes on as it came, and so does all
// that was not asked for as a stream.
func TestOtherAnswersPassOn(t *testing.T) {
	const object, fault = `{"id":"1","type":"message","error":null}`, `{"type":"error","error":{"type":"rate_limit_error"}}`
	for name, test := range map[string]struct{ ask, body string }{
		"an object for a stream":    {`{"stream":true}`, object},
		"a text for a stream":       {`{"stream":true}`, "hello"},
		"unknown error":             {`{"stream":true}`, `{"type":"error","error":{"type":"invalid_request_error"}}`},
		"an object":                 {`{}`, object},
		"an error object":           {`{}`, fault},
		"nothing":                   {`{}`, ""},
		"no stream":                 {`{"stream":false,"metadata":{"stream":true}}`, fault},
		"looks like a stream":       {`{}`, data(fault)},
		"text that begins as field": {`{"stream":true}`, "database is down"},
	} {
		t.Run(name, func(t *testing.T) {
			u := serve(t, dialects()["anthropic"], false, reply{
				header: map[string]string{"Content-Type": "application/json"}, pieces: []string{test.body}, length: true,
			})
			if text, err := u.post(t, test.ask); text != test.body || err != nil {
				t.Errorf("got %q, %v", text, err)
			}
			u.wasAsked(t, "a")
		})
	}
}

// An answer that is no stream is not waited for.
func TestOtherAnswersAreNotHeldBack(t *testing.T) {
	for name, test := range map[string]struct{ ask, begins string }{
		"no stream asked": {`{}`, `{"id":`}, "a text for a stream": {`{"stream":true}`, "hello "},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				r, w := io.Pipe()
				u := &streamer{header: http.Header{"Content-Type": {"application/json"}}, streams: map[string][]io.ReadCloser{"a": {r}}}
				client, _, _ := openStreams(t, u, claude())
				go func() {
					_, _ = io.WriteString(w, test.begins)
					time.Sleep(time.Hour)
					_ = w.Close()
				}()
				asked := time.Now()
				resp, err := ask(t, t.Context(), client, strings.NewReader(test.ask))
				if err != nil || time.Since(asked) != 0 {
					t.Fatalf("%v after %v", err, time.Since(asked))
				}
				if got := read(t, resp.Body); got != test.begins {
					t.Errorf("got %q", got)
				}
				_ = resp.Body.Close()
			})
		})
	}
}
