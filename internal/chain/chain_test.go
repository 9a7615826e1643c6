package chain_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/chain"
	"github.com/seed-810f1486/multiaccount/providers"
)

// begun is a moment of the tests.
func begun() time.Time { return time.Date(2026, time.March, 25, 21, 0, 0, 0, time.UTC) }

func TestConversationReturnsWhenTheLimitsHaveEnded(t *testing.T) {
	at := begun()
	for _, test := range []struct {
		name string
		// end is when the pools before serve again; nil when they were not asked.
		end   *time.Time
		after time.Duration
		want  bool
	}{
		{"nobody was passed over", nil, 0, false},
		{"the limit lasts", ptr(at.Add(time.Hour)), 10 * time.Minute, true},
		{"it may have ended early", ptr(at.Add(time.Hour)), 15 * time.Minute, false},
		{"it has just ended", ptr(at.Add(time.Hour)), time.Hour + time.Minute, true},
		{"it ended a while ago", ptr(at.Add(time.Hour)), time.Hour + 5*time.Minute, false},
		{"no end was known", ptr(time.Time{}), 4 * time.Minute, true},
		{"no end was known, and time has passed", ptr(time.Time{}), 5 * time.Minute, false},
	} {
		served := chain.Served{Pool: 1, At: at}
		if test.end != nil {
			served.PassOver(*test.end)
		}
		later := chain.Served{Pool: 1, At: at.Add(test.after)}
		later.PassOverAs(served)
		for _, s := range []chain.Served{served, later} {
			if got := s.Stays(at.Add(test.after)); got != test.want {
				t.Errorf("%s: stays is %v", test.name, got)
			}
		}
	}
}

func ptr(t time.Time) *time.Time { return &t }

func TestConversationsAreForgotten(t *testing.T) {
	var c chain.Conversations
	for i := range 4097 {
		c.Put(fmt.Sprint(i), chain.Served{Pool: i, At: begun().Add(time.Duration(i) * time.Second)})
	}
	now := begun().Add(2 * time.Hour)
	for key, want := range map[string]bool{"0": false, "2047": false, "2048": true, "4096": true, "other": false} {
		if last, ok := c.Last(key, now); ok != want || ok && fmt.Sprint(last.Pool) != key {
			t.Errorf("conversation %s: %+v, %v", key, last, ok)
		}
	}
	if _, ok := c.Last("4096", now.Add(6*time.Hour)); ok {
		t.Error("a conversation of seven hours ago is remembered")
	}
	if before, ok := c.Put("4096", chain.Served{At: now}); !ok || before.Pool != 4096 {
		t.Errorf("served before by %+v, %v", before, ok)
	}
}

func TestMove(t *testing.T) {
	from := chain.Bases{account.OAuth: parse(t, "https://login.test/backend/codex"), account.APIKey: parse(t, "https://login.test")}
	to := chain.Bases{account.OAuth: parse(t, "https://other.test/v2"), account.APIKey: parse(t, "https://keys.test/a%2Fb")}
	for address, want := range map[string]string{
		"https://login.test/backend/codex/responses?x=1": "https://other.test/v2/responses?x=1",
		"https://login.test/backend/codex":               "https://other.test/v2",
		"https://login.test/backend/codexes":             "https://keys.test/a%2Fb/backend/codexes",
		"https://login.test/files/a%2Fb":                 "https://keys.test/a%2Fb/files/a%2Fb",
		"https://elsewhere.test/files":                   "",
		"http://login.test/files":                        "",
	} {
		got, err := from.Move(parse(t, address), to)
		if want == "" && err == nil || want != "" && (err != nil || got.String() != want) {
			t.Errorf("%s goes to %v, %v; want %s", address, got, err, want)
		}
	}
}

// addressed is a provider whose requests go to one address.
type addressed struct {
	providers.Provider
	address string
}

func (addressed) Name() string               { return "own" }
func (a addressed) Base(account.Kind) string { return a.address }

func TestBasesOfAProvider(t *testing.T) {
	bases, err := chain.BasesOf(addressed{address: "https://own.test/v1/"})
	if err != nil || bases[account.OAuth].String() != "https://own.test/v1" || bases[account.APIKey].String() != "https://own.test/v1" {
		t.Errorf("%v, %v", bases, err)
	}
	for want, p := range map[string]providers.Provider{
		"does not say where its requests go":      struct{ providers.Provider }{addressed{}},
		"address of the provider own: parse":      addressed{address: "https://own.test:port"},
		`address "" of the provider own names no`: addressed{},
		`"/v1" of the provider own names no`:      addressed{address: "/v1"},
	} {
		if _, err := chain.BasesOf(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func parse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestModelForAPool(t *testing.T) {
	names := map[string]string{"claude-*": "glm-5", "claude-haiku-*": "glm-air"}
	for _, test := range []struct{ path, body, coding, want, body2, fails string }{
		{body: `{"model":"claude-haiku-4","n":1}`, want: "glm-air", body2: `{"model":"glm-air","n":1}`},
		{path: "/v1beta/models/claude-opus:generateContent", body: `{"n":1}`, want: "glm-5"},
		{body: `{"model":"gpt-6"}`, fails: "serves claude-*, claude-haiku-*, and not gpt-6"},
		{body: `{"n":1}`, fails: "names none"},
		{body: `{"requests":[{"model":"claude-a"},{"model":"claude-b"}]}`, fails: "names several"},
		{body: `{"model":"claude-a"}`, coding: "gzip", fails: "is compressed"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.test"+test.path, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		if test.coding != "" {
			req.Header.Set("Content-Encoding", test.coding)
		}
		var m chain.Model
		got, err := m.For(req, names)
		if got != test.want || (test.fails == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), test.fails) {
			t.Errorf("%s %s: %q, %v", test.path, test.body, got, err)
			continue
		}
		if err == nil {
			checkRenamed(t, &m, req, got, test.body2)
		}
	}
}

// checkRenamed gives a copy the name, and holds its body against want; empty when the
// name stands in the path.
func checkRenamed(t *testing.T, m *chain.Model, req *http.Request, name, want string) {
	t.Helper()
	out := req.WithContext(t.Context())
	if own := m.Rename(out, name); own != (want != "") {
		t.Errorf("%s: a body of its own is %v", name, own)
	}
	if want == "" {
		if !strings.Contains(out.URL.Path, name) || strings.Contains(req.URL.Path, name) {
			t.Errorf("%s: the copy goes to %s, the request to %s", name, out.URL, req.URL)
		}
		return
	}
	body, err := io.ReadAll(out.Body)
	if err != nil || !bytes.Equal(body, []byte(want)) || out.ContentLength != int64(len(want)) {
		t.Errorf("%s: body %s of %d, %v", name, body, out.ContentLength, err)
	}
}

func TestModelIsNotReadForAPoolWithoutNames(t *testing.T) {
	req := &http.Request{Method: http.MethodPost, URL: parse(t, "https://api.test/v1"), Body: io.NopCloser(strings.NewReader("{"))}
	var m chain.Model
	if name, err := m.For(req, nil); name != "" || err != nil {
		t.Errorf("%q, %v", name, err)
	}
	if _, err := m.For(req, map[string]string{"*": "x"}); err == nil || !strings.Contains(err.Error(), "cannot be read twice") {
		t.Errorf("a body that is read once: %v", err)
	}
}
