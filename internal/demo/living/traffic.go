package living

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/seed-810f1486/multiaccount/internal/wait"
)

// traffic is what one client sends.
type traffic struct {
	client

	gateway, token string
	wire           *http.Client
}

// Play has the clients use the gateway at that address, and limits and troubles come
// and go, until ctx ends.
func (d *Demo) Play(ctx context.Context, gateway string) {
	wire := &http.Transport{MaxIdleConnsPerHost: len(clients())}
	defer wire.CloseIdleConnections()
	var all sync.WaitGroup
	for _, c := range clients() {
		t := &traffic{client: c, gateway: gateway, token: d.tokens[c.ID], wire: &http.Client{Transport: wire}}
		for range c.share {
			all.Go(func() { t.run(ctx) })
		}
	}
	all.Go(func() { d.weather(ctx) })
	all.Go(func() { d.approve(ctx) })
	all.Wait()
}

// run sends one request after the other. That one fails is part of the demo.
func (t *traffic) run(ctx context.Context) {
	for wait.For(ctx, rest()) == nil {
		_ = t.does(t, ctx)
	}
}

// rest is the time between two requests.
func rest() time.Duration {
	return 4*time.Second + time.Duration(rand.IntN(20000))*time.Millisecond
}

const question = "Why does the test fail?"

// claudes is a request of Claude Code.
func (t *traffic) claudes(ctx context.Context) error {
	return t.post(ctx, "/anthropic/v1/messages", fmt.Sprintf(`{"model":%q,"max_tokens":64,"stream":%t,"messages":[{"role":"user","content":%q}]}`,
		anyOf(models("anthropic")), rand.IntN(3) > 0, question))
}

// codexes is a request of Codex.
func (t *traffic) codexes(ctx context.Context) error {
	return t.post(ctx, "/codex/responses", fmt.Sprintf(`{"model":%q,"store":false,"stream":true,"input":%q}`, anyOf(models("openai")), question))
}

// chats is a request to an API that OpenAI's is the model of.
func (t *traffic) chats(ctx context.Context) error {
	return t.post(ctx, "/"+acme+"/chat/completions", fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":%q}]}`, anyOf(models(acme)), question))
}

func (t *traffic) post(ctx context.Context, path, body string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.gateway+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+t.token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Session-Id", fmt.Sprintf("%s-%d", t.ID, rand.IntN(4)))
	resp, err := t.wire.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return errors.Join(err, resp.Body.Close())
}

// turns is how many turns a conversation on a WebSocket has.
const turns = 8

// socket is a conversation of Codex on a WebSocket.
func (t *traffic) socket(ctx context.Context) error {
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(t.gateway, "http")+"/codex/responses", &websocket.DialOptions{ //nolint:bodyclose // it is the connection
		HTTPClient: t.wire, HTTPHeader: http.Header{"Authorization": {"Bearer " + t.token}},
	})
	if err != nil {
		return err
	}
	defer conn.CloseNow() //nolint:errcheck // it is over either way
	for range turns {
		message := fmt.Sprintf(`{"type":"response.create","model":%q,"stream":true,"input":%q}`, anyOf(models("openai")), question)
		if err := conn.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
			return err
		}
		if err := readTurn(ctx, conn); err != nil || wait.For(ctx, rest()) != nil {
			return err
		}
	}
	return conn.Close(websocket.StatusNormalClosure, "")
}

// readTurn reads the events of one answer.
func readTurn(ctx context.Context, conn *websocket.Conn) error {
	for {
		_, event, err := conn.Read(ctx)
		if err != nil || strings.Contains(string(event), `"response.completed"`) || strings.Contains(string(event), `"type":"error"`) {
			return err
		}
	}
}
