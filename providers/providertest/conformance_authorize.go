package providertest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
)

func authorizeRules() []rule {
	return []rule{
		{"the request carries the credential, once", authorizesOnce},
		{"another credential leaves nothing of the first", authorizeReplaces},
		{"a key in the caller's Authorization goes", authorizeRemovesPlaceholder},
		{"nothing else is touched", authorizeTouchesNothingElse},
		{"a request without headers will do", authorizesWithoutHeaders},
		{"slices that a clone shares are not written to", authorizeKeepsSharedSlices},
	}
}

func testCredential(kind account.Kind, token string) account.Credential {
	return account.Credential{
		Kind: kind, Token: account.NewSecret(token), Subject: "subject-of-" + token, Organization: "organization-of-" + token,
	}
}

// carriers returns the names of the headers that contain text.
func carriers(h http.Header, text string) []string {
	var names []string
	for name, values := range h {
		if strings.Contains(strings.Join(values, "\n"), text) {
			names = append(names, name)
		}
	}
	return names
}

func authorizesOnce(t trial) {
	for _, kind := range t.Kinds {
		req := &http.Request{Header: http.Header{}}
		t.detached().Authorize(req, testCredential(kind, "first"))
		secret := 0
		for _, values := range req.Header {
			for _, value := range values {
				if value == "first" || value == "Bearer first" {
					secret++
				}
			}
		}
		if secret != 1 {
			t.Errorf("%s: the credential is in %d headers: %v", kind, secret, req.Header)
		}
	}
}

func authorizeReplaces(t trial) {
	p := t.detached()
	for _, before := range t.Kinds {
		for _, after := range t.Kinds {
			req := &http.Request{Header: http.Header{}}
			p.Authorize(req, testCredential(before, "first"))
			p.Authorize(req, testCredential(after, "second"))
			if names := carriers(req.Header, "first"); len(names) != 0 {
				t.Errorf("%s, then %s: the first is still in %v", before, after, names)
			}
			if names := carriers(req.Header, "second"); len(names) == 0 {
				t.Errorf("%s, then %s: the second is missing", before, after)
			}
		}
	}
}

func authorizeRemovesPlaceholder(t trial) {
	for _, kind := range t.Kinds {
		req := &http.Request{Header: http.Header{"Authorization": {"Bearer placeholder", "Basic placeholder"}}}
		t.detached().Authorize(req, testCredential(kind, "first"))
		if names := carriers(req.Header, "placeholder"); len(names) != 0 {
			t.Errorf("%s: the placeholder is still in %v", kind, names)
		}
	}
}

func authorizeTouchesNothingElse(t trial) {
	for _, kind := range t.Kinds {
		caller := http.Header{
			"User-Agent": {"host/1.0"}, "Accept": {"text/event-stream"}, "Content-Type": {"application/json"},
			"Anthropic-Version": {"2023-06-01"}, "Openai-Beta": {"x=1"}, "Originator": {"host"}, "X-Two": {"a", "b"},
		}
		u := t.parse("https://gateway.example:8443/v1?x=1")
		req := &http.Request{Method: http.MethodPost, URL: u, Host: "gateway.example:8443", Header: caller.Clone(), ContentLength: 5}
		t.detached().Authorize(req, testCredential(kind, "first"))
		for name, values := range caller {
			if !slices.Equal(req.Header[name], values) {
				t.Errorf("%s: %s is %q, the caller set %q", kind, name, req.Header[name], values)
			}
		}
		for name := range req.Header {
			if _, set := caller[name]; !set && !belongsToCredentials(req.Header, name) {
				t.Errorf("%s: %s was added: %q", kind, name, req.Header[name])
			}
		}
		if req.Method != http.MethodPost || req.URL.String() != "https://gateway.example:8443/v1?x=1" || req.Host != u.Host || req.ContentLength != 5 {
			t.Errorf("%s: the request itself changed: %s %s", kind, req.Method, req.URL)
		}
	}
}

// belongsToCredentials reports whether a header says who asks, or that an
// OAuth token comes.
func belongsToCredentials(h http.Header, name string) bool {
	return name == "Anthropic-Beta" || strings.Contains(strings.Join(h[name], "\n"), "first")
}

func authorizesWithoutHeaders(t trial) {
	for _, kind := range t.Kinds {
		req := &http.Request{}
		t.detached().Authorize(req, testCredential(kind, "first"))
		if len(carriers(req.Header, "first")) == 0 {
			t.Errorf("%s: the credential is missing", kind)
		}
	}
}

func authorizeKeepsSharedSlices(t trial) {
	for _, kind := range t.Kinds {
		shared := map[string][]string{}
		req := &http.Request{Header: http.Header{}}
		for _, name := range []string{"Authorization", "X-Api-Key", "Anthropic-Beta", "Chatgpt-Account-Id"} {
			shared[name] = []string{"original", "spare"}
			req.Header[name] = shared[name][:1:2]
		}
		t.detached().Authorize(req, testCredential(kind, "first"))
		for name, values := range shared {
			if values[0] != "original" || values[1] != "spare" {
				t.Errorf("%s: the caller's slice of %s now holds %q", kind, name, values)
			}
		}
	}
}
