package multiaccount_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount"
)

// echo is what a response repeats of the request.
func echo(size int) string {
	return `"instructions":"` + strings.Repeat("x \\\"type\\\":", size/10) + `"`
}

// named is an event of the Responses API.
func named(name, members string) string {
	return "event: " + name + "\n" + data(`{"type":"`+name+`",`+members+`}`)
}

func created(size int) string {
	return named("response.created", `"response":{"status":"in_progress",`+echo(size)+`,"error":null}`)
}

func failedResponse(size int, errorFirst bool) string {
	fault, rest := `"error":{"code":"rate_limit_exceeded","message":"Try again in 100s."}`, echo(size)
	if !errorFirst {
		fault, rest = rest, fault
	}
	return named("response.failed", `"response":{"status":"failed",`+fault+`,`+rest+`}`)
}

// Events that repeat the request do not end the hold-back, and a failure is read
// to its end.
func TestEchoedRequestIsHeldBack(t *testing.T) {
	for name, text := range map[string]string{
		"a small failure":      created(100<<10) + failedResponse(10, true),
		"large failure":        created(10) + failedResponse(200<<10, false),
		"failure, code first":  created(10) + failedResponse(200<<10, true),
		"all of them":          created(90<<10) + strings.Replace(created(90<<10), "created", "in_progress", 2) + failedResponse(90<<10, false),
		"many of middle size":  created(30<<10) + created(30<<10) + created(30<<10) + failedResponse(30<<10, false),
		"after smaller events": strings.Repeat(named("response.queued", `"n":1`), 900) + created(30<<10) + failedResponse(30<<10, false),
		"type at the end":      data(`{"response":{`+echo(90<<10)+`},"type":"response.created"}`) + data(`{"response":{`+echo(90<<10)+`,"error":{"code":"rate_limit_exceeded","message":"Try again in 100s."}},"type":"response.failed"}`),
	} {
		t.Run(name, func(t *testing.T) {
			serve(t, dialects()["responses"], false, events(text)).moved(t)
		})
	}
}

// When too much is held back, it passes on; the account is told all the same,
// and nothing is sent again.
func TestHoldBackOfEchoesIsBounded(t *testing.T) {
	text := created(700<<10) + created(700<<10) + created(700<<10) + strings.Repeat(named("response.queued", `"n":1`), 2000) + failedResponse(100<<10, false)
	u := serve(t, dialects()["responses"], false, events(text))
	if got, err := u.ask(t); got != text || err != nil {
		t.Errorf("got %d bytes of %d, %v", len(got), len(text), err)
	}
	u.wasAsked(t, "a")
	u.rests(t)
	u.told(t, "a failed: limited rate_limit_exceeded")
}

// endless is an event that never ends.
type endless struct {
	beginning io.Reader
	read      int
}

func (e *endless) Read(p []byte) (int, error) {
	n, err := e.beginning.Read(p)
	if err != nil {
		n = copy(p, strings.Repeat("x", len(p)))
	}
	e.read += n
	return n, nil
}

func (*endless) Close() error { return nil }

func TestEndlessEvents(t *testing.T) {
	for name, test := range map[string]struct {
		begins string
		most   int
	}{
		"a preamble":  {`data: {"type":"response.created","x":"`, 2 << 20},
		"a failure":   {"event: response.failed\ndata: {", 2 << 20},
		"no type yet": {`data: {"response":{"x":"`, 2 << 20},
		"an output":   {"event: response.output_text.delta\ndata: {", 64 << 10},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				body := &endless{beginning: strings.NewReader(test.begins)}
				d := dialects()["responses"]
				client, _, _ := openStreams(t, &streamer{streams: map[string][]io.ReadCloser{"a": {body}}}, d.make(""))
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://chatgpt.com"+d.path, strings.NewReader("{}"))
				if err != nil {
					t.Fatal(err)
				}
				resp, err := client.RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if body.read > test.most || body.read < test.most/2 {
					t.Errorf("%d bytes held back, want %d", body.read, test.most)
				}
				_ = resp.Body.Close()
			})
		})
	}
}

// A preamble that stops in the middle passes on after two seconds; a failure that
// comes then is told to the account.
func TestLateFailureOfAnEcho(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r, w := io.Pipe()
		text := begun + failure("rate_limit_error")
		client, pool, h := openStreams(t, &streamer{streams: map[string][]io.ReadCloser{"a": {r}}}, claude())
		go func() {
			_, _ = io.WriteString(w, text[:len(begun)/2])
			time.Sleep(time.Minute)
			_, _ = io.WriteString(w, text[len(begun)/2:])
			_ = w.Close()
		}()
		asked := time.Now()
		body := begin(t, client)
		if waited := time.Since(asked); waited != 2*time.Second {
			t.Errorf("held back for %v", waited)
		}
		if got := read(t, body); got != text {
			t.Errorf("got %q", got)
		}
		synctest.Wait()
		checkFirst(t, pool, multiaccount.StateCooling)
		if got := h.all(); len(got) != 1 || got[0] != "a failed: limited rate_limit_error" {
			t.Errorf("heard %v", got)
		}
	})
}
