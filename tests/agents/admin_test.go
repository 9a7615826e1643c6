package agents_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/internal/localgate"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// elsewhere is a conversation of nobody's.
const elsewhere = "elsewhere"

// useSpare makes spare the account in use: it serves another conversation while work
// is switched off.
func (p *place) useSpare(t *testing.T) {
	t.Helper()
	at, _, err := localgate.Find(p.state)
	rig.Must(t, err)
	owner := door{at.Address, lastWord(p.manage(t, "admin", "token"))}
	account := "/admin/v1/accounts/" + owner.must(t, http.MethodGet, "/admin/v1/accounts", "").Get(`#(label=="work").id`).Str
	owner.must(t, http.MethodPost, account+"/disable", "")
	client := door{at.Address, lastWord(p.manage(t, "clients", "add", elsewhere))}
	path, body := question(p.mind.agent.pool)
	client.must(t, http.MethodPost, path, body)
	owner.must(t, http.MethodPost, account+"/enable", "")
}

// question is one by the API of a pool's provider.
func question(pool string) (path, body string) {
	switch pool {
	case "anthropic":
		return "/anthropic/v1/messages", `{"model": "claude-opus-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Where are we?"}]}`
	case "openai":
		return "/openai/v1/responses", `{"model": "gpt-5.2", "input": "Where are we?"}`
	default:
		return "/gemini/v1beta/models/gemini-3-pro:generateContent", `{"contents": [{"role": "user", "parts": [{"text": "Where are we?"}]}]}`
	}
}

func lastWord(text string) string {
	words := strings.Fields(text)
	return words[len(words)-1]
}

// door is a gateway and a token for it.
type door struct{ address, token string }

// must returns the answer to a request.
func (d door) must(t *testing.T, method, path, body string) gjson.Result {
	t.Helper()
	status, text := d.send(t, method, path, body)
	if status >= http.StatusMultipleChoices {
		t.Errorf("%s %s: HTTP %d %s", method, path, status, text)
		return gjson.Result{}
	}
	return gjson.Parse(text)
}

func (d door) send(t *testing.T, method, path, body string) (status int, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, d.address+path, strings.NewReader(body))
	rig.Must(t, err)
	req.Header = http.Header{"Authorization": {"Bearer " + d.token}, "Content-Type": {"application/json"}, "X-Session-Affinity": {elsewhere}}
	own := &http.Transport{}
	defer own.CloseIdleConnections()
	resp, err := (&http.Client{Transport: own}).Do(req)
	rig.Must(t, err)
	defer func() { _ = resp.Body.Close() }() // it was read
	read, err := io.ReadAll(resp.Body)
	rig.Must(t, err)
	return resp.StatusCode, string(read)
}
