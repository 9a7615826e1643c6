package openai_test

import (
	"net/url"
	"testing"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

func address(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestKindFor(t *testing.T) {
	const (
		chat, api, gateway = "https://chatgpt.com/backend-api/codex", "https://api.openai.com/v1", "https://gateway.test/v1"
		either             = account.Kind("")
	)
	own, other := openai.New(openai.Options{}), openai.New(openai.Options{BaseURL: gateway})
	routed := openai.New(openai.Options{Route: &openai.Route{}})
	mirrored := openai.New(openai.Options{Route: &openai.Route{LoginURL: "http://127.0.0.1:9/login/", KeyURL: "http://127.0.0.1:9/key"}})
	tests := []struct {
		provider *openai.Provider
		url      string
		want     account.Kind
	}{
		{own, chat + "/responses", account.OAuth},
		{own, "https://chatgpt.com:443/", account.OAuth},
		{own, "https://CHATGPT.com/backend-api/wham/usage", account.OAuth},
		{own, api + "/responses", account.APIKey},
		{own, "https://api.openai.com", account.APIKey},
		{own, gateway + "/responses", either},
		{other, gateway + "/responses", either},
		{other, chat + "/responses", account.OAuth},
		{other, api + "/models", account.APIKey},
		{routed, chat + "/responses", either},
		{routed, api + "/responses/", either},
		{routed, api + "/responses/compact", either},
		{routed, api + "/responses/resp_1", account.APIKey},
		{routed, api + "/models", account.APIKey},
		{routed, chat + "/models", account.OAuth},
		{routed, "https://api.openai.com/responses", account.APIKey},
		{mirrored, "http://127.0.0.1:9/login/responses", either},
		{mirrored, "http://127.0.0.1:9/login/models", account.OAuth},
		{mirrored, "http://127.0.0.1:9/key/models", account.APIKey},
		{mirrored, chat + "/responses", account.OAuth},
	}
	for _, test := range tests {
		if got := test.provider.KindFor(address(t, test.url)); got != test.want {
			t.Errorf("%s takes %q, want %q", test.url, got, test.want)
		}
	}
}

func TestRoute(t *testing.T) {
	own, routed := openai.New(openai.Options{}), openai.New(openai.Options{Route: &openai.Route{}})
	mirrored := openai.New(openai.Options{Route: &openai.Route{LoginURL: "http://127.0.0.1:9/login/", KeyURL: "http://127.0.0.1:9/key"}})
	const chat, api = "https://chatgpt.com/backend-api/codex", "https://api.openai.com/v1"
	tests := []struct {
		provider *openai.Provider
		from     string
		kind     account.Kind
		want     string
	}{
		{own, api + "/responses", account.OAuth, api + "/responses"},
		{routed, api + "/responses?a=b", account.OAuth, chat + "/responses?a=b"},
		{routed, chat + "/responses", account.APIKey, api + "/responses"},
		{routed, chat + "/responses/compact", account.APIKey, api + "/responses/compact"},
		{routed, chat + "/responses", account.OAuth, chat + "/responses"},
		{routed, chat + "/models", account.APIKey, chat + "/models"},
		{routed, "https://elsewhere.test/v1/responses", account.APIKey, "https://elsewhere.test/v1/responses"},
		{mirrored, "http://127.0.0.1:9/key/responses", account.OAuth, "http://127.0.0.1:9/login/responses"},
	}
	for _, test := range tests {
		from := address(t, test.from)
		if got := test.provider.Route(from, test.kind).String(); got != test.want {
			t.Errorf("%s with %s goes to %s, want %s", test.from, test.kind, got, test.want)
		}
		if from.String() != test.from {
			t.Errorf("%s was changed to %s", test.from, from)
		}
	}
}

// TestOwnsRoutes checks that credentials may go where requests are routed, and
// nowhere else.
func TestOwnsRoutes(t *testing.T) {
	p := openai.New(openai.Options{Route: &openai.Route{LoginURL: "https://login.test/codex", KeyURL: "https://key.test/v1"}})
	for raw, want := range map[string]bool{
		"https://login.test/codex/responses": true, "https://key.test/": true, "https://api.openai.com/v1": true,
		"http://login.test/codex": false, "https://other.test/": false,
	} {
		if got := p.Owns(address(t, raw)); got != want {
			t.Errorf("%s: owned %v", raw, got)
		}
	}
}

// TestBase checks where a host that passes requests on finds each kind's place.
func TestBase(t *testing.T) {
	const other = "http://127.0.0.1:9000/codex"
	for name, test := range map[string]struct {
		options     openai.Options
		logins, key string
	}{
		"OpenAI's own": {openai.Options{}, openai.DefaultBaseURL, openai.APIBaseURL + "/v1"},
		"its API":      {openai.Options{BaseURL: openai.APIBaseURL}, openai.DefaultBaseURL, openai.APIBaseURL + "/v1"},
		"a server":     {openai.Options{BaseURL: other}, other, other},
		"a route":      {openai.Options{Route: &openai.Route{LoginURL: other}}, other, openai.APIBaseURL + "/v1"},
	} {
		p := openai.New(test.options)
		if login, key := p.Base(account.OAuth), p.Base(account.APIKey); login != test.logins || key != test.key {
			t.Errorf("%s: logins at %s, keys at %s", name, login, key)
		}
	}
}

// TestUsageBesideARoute checks that credentials for another server stay there.
func TestUsageBesideARoute(t *testing.T) {
	for route, want := range map[openai.Route]string{
		{}: openai.DefaultUsageURL, {LoginURL: openai.DefaultBaseURL}: openai.DefaultUsageURL,
		{KeyURL: "https://key.test/v1"}: openai.DefaultUsageURL, {LoginURL: "https://login.test"}: "",
	} {
		if got := openai.New(openai.Options{Route: &route}).Options().UsageURL; got != want {
			t.Errorf("%+v: figures are asked for at %q", route, got)
		}
	}
}

func TestKindForDoesNotAllocate(t *testing.T) {
	p, u := openai.New(openai.Options{Route: &openai.Route{}}), address(t, "https://chatgpt.com/backend-api/codex/models")
	if n := testing.AllocsPerRun(100, func() { p.Owns(u); p.KindFor(u) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
