package gateway_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func streamed(m message) message {
	m.body = strings.Replace(m.body, "{", `{"stream":true,`, 1)
	return m
}

// A limit moves a request on unseen, in a plain answer and in a stream.
func TestRotation(t *testing.T) {
	for name, test := range map[string]struct {
		m       message
		trouble providertest.Answer
	}{
		"a limit":             {claude(claudeCode), providertest.Limited(providertest.RetryAfter(time.Hour))},
		"a limit in a stream": {streamed(claude(claudeCode)), providertest.StreamError(0, "rate_limit_error")},
		"a dead token":        {claude(openCode), providertest.Unauthorized().Always()},
	} {
		t.Run(name, func(t *testing.T) {
			s := play(t)
			s.claude[0].Next(test.trouble)
			if a := s.send(t, test.m); a.status != http.StatusOK || !strings.Contains(a.body, "spare@example.com") || a.err != nil {
				t.Errorf("HTTP %d %s, %v", a.status, a.body, a.err)
			}
		})
	}
}

// An event reaches the client while the next has not been sent.
func TestEventByEvent(t *testing.T) {
	next := make(chan struct{})
	u := record(t)
	u.reply = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range 5 {
			_, _ = fmt.Fprintf(w, "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":%d}\n\n", i)
			_ = http.NewResponseController(w).Flush()
			select {
			case <-next:
			case <-r.Context().Done():
				return
			}
		}
		_, _ = io.WriteString(w, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
	}
	resp := u.begin(t, rig.Deadline(t), streamed(claude(claudeCode)))
	defer resp.Body.Close() //nolint:errcheck // read to its end
	lines := bufio.NewScanner(resp.Body)
	for i := range 5 {
		readTo(t, lines, fmt.Sprintf(`"index":%d`, i))
		next <- struct{}{}
	}
	readTo(t, lines, "message_stop")
}

func readTo(t *testing.T, lines *bufio.Scanner, text string) {
	t.Helper()
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			return
		}
	}
	t.Fatalf("%q did not come: %v", text, lines.Err())
}

// A client that goes away ends the request at the provider.
func TestAbort(t *testing.T) {
	for name, m := range map[string]message{"before the answer": claude(claudeCode), "in a stream": streamed(claude(claudeCode))} {
		t.Run(name, func(t *testing.T) {
			came, gone := make(chan struct{}), make(chan struct{})
			u := record(t)
			u.reply = func(w http.ResponseWriter, r *http.Request) {
				if m.body != messagesBody {
					w.Header().Set("Content-Type", "text/event-stream")
					_, _ = io.WriteString(w, "event: content_block_start\ndata: {\"type\":\"content_block_start\"}\n\n")
					_ = http.NewResponseController(w).Flush()
				}
				close(came)
				<-r.Context().Done()
				close(gone)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() {
				req, err := http.NewRequestWithContext(ctx, m.method, u.url+m.path, strings.NewReader(m.body))
				if err == nil {
					req.Header = m.header
					var resp *http.Response
					if resp, err = u.client.Do(req); err == nil {
						_, err = io.Copy(io.Discard, resp.Body)
						_ = resp.Body.Close()
					}
				}
				done <- err
			}()
			<-came
			cancel()
			select {
			case <-gone:
			case <-rig.Deadline(t).Done():
				t.Error("the provider's request goes on")
			}
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// A stream that the provider cut reaches the client as a cut, however its
// connection ended, and never as a clean end.
func TestCutIsACut(t *testing.T) {
	const begun = "event: message_start\ndata: {\"type\":\"message_start\"}\n\nevent: content_block_start\ndata: {\"type\":\"content_block_start\"}\n\n"
	for name, end := range map[string]func(){"a clean end": func() {}, "an abort": func() { panic(http.ErrAbortHandler) }} {
		t.Run(name, func(t *testing.T) {
			u := record(t)
			u.reply = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = io.WriteString(w, begun)
				_ = http.NewResponseController(w).Flush()
				end()
			}
			a := u.send(t, streamed(claude(claudeCode)))
			if a.body != begun || !errors.Is(a.err, io.ErrUnexpectedEOF) {
				t.Errorf("got %q, %v", a.body, a.err)
			}
		})
	}
	t.Run("a plain answer", func(t *testing.T) {
		s := play(t)
		s.claude[0].Next(providertest.CutMidBody())
		if a := s.send(t, claude(claudeCode)); a.err == nil {
			t.Errorf("HTTP %d %q", a.status, a.body)
		}
	})
}

// While a request waits, the client of a stream hears what keeps it there, and
// then the answer or what went wrong, in its own form.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		m             message
		keep, failure string
	}{
		"Claude Code":   {m: streamed(claude(claudeCode)), keep: "event: ping\ndata: {\"type\":\"ping\"}\n\n", failure: "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\""},
		"Codex":         {m: streamed(gpt(codexCLI)), keep: "event: keepalive\ndata: {\"type\":\"keepalive\"}\n\n", failure: "event: response.failed\ndata: {"},
		"OpenAI's SDK":  {m: streamed(gpt("OpenAI/Go")), keep: ": keep-alive\n\n", failure: "event: response.failed\ndata: {"},
		"a chat":        {m: streamed(ask("/openai/v1/chat/completions", responsesBody)), keep: ": keep-alive\n\n", failure: "data: {\"error\":{"},
		"by its header": {m: ask("/openai/v1/chat/completions", responsesBody, "Accept", "text/event-stream"), keep: ": keep-alive\n\n", failure: "data: {\"error\":{"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			goOn, fail := make(chan struct{}), true
			u := record(t, func(c *gateway.Config) { c.KeepAlive = 20 * time.Millisecond })
			const whole = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
			u.reply = func(w http.ResponseWriter, r *http.Request) {
				select {
				case <-goOn:
				case <-r.Context().Done():
					return
				}
				if fail {
					w.WriteHeader(http.StatusBadRequest)
					_, _ = io.WriteString(w, `{"error":{"message":"not here"}}`)
					return
				}
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = io.WriteString(w, whole)
			}
			for _, fails := range []bool{true, false} {
				fail = fails
				resp := u.begin(t, rig.Deadline(t), test.m)
				first := make([]byte, 2*len(test.keep))
				_, err := io.ReadFull(resp.Body, first)
				rig.Must(t, err)
				goOn <- struct{}{}
				rest, err := io.ReadAll(resp.Body)
				rig.Must(t, errors.Join(err, resp.Body.Close()))
				if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" || string(first) != test.keep+test.keep {
					t.Errorf("HTTP %d %q", resp.StatusCode, first)
				}
				text := strings.ReplaceAll(string(rest), test.keep, "")
				if fails && (!strings.HasPrefix(text, test.failure) || !strings.Contains(text, "not here") || !strings.HasSuffix(text, "\n\n")) || !fails && text != whole {
					t.Errorf("then %q", text)
				}
			}
		})
	}
}

// A plain request hears nothing before its answer.
func TestNoKeepAlive(t *testing.T) {
	u := record(t, func(c *gateway.Config) { c.KeepAlive = time.Millisecond })
	u.reply = func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(50 * time.Millisecond) // many times as long as the keep-alive's
		w.WriteHeader(http.StatusTeapot)
	}
	if a := u.send(t, claude(claudeCode)); a.status != http.StatusTeapot || a.body != "" {
		t.Errorf("HTTP %d %q", a.status, a.body)
	}
}

// Provisional answers, as some networks add them, stay here.
func TestProvisionalAnswers(t *testing.T) {
	u := record(t)
	u.reply = func(w http.ResponseWriter, _ *http.Request) {
		for range 3 {
			w.Header().Set("Link", "</x>; rel=preload")
			w.WriteHeader(http.StatusEarlyHints)
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
	}
	early := 0
	ctx := httptrace.WithClientTrace(rig.Deadline(t), &httptrace.ClientTrace{
		Got1xxResponse: func(int, textproto.MIMEHeader) error { early++; return nil },
	})
	resp := u.begin(t, ctx, streamed(claude(claudeCode)))
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK || err != nil || early != 0 || !strings.HasSuffix(string(body), "\"message_stop\"}\n\n") {
		t.Errorf("HTTP %d after %d early ones: %q, %v", resp.StatusCode, early, body, err)
	}
}
