package admin_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"github.com/seed-810f1486/multiaccount/gateway/admin"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// described is the description, which every call is held against.
var described = sync.OnceValue(func() validator.Validator {
	text, err := os.ReadFile("../../gateway/admin/openapi.json")
	if err != nil {
		panic(err)
	}
	document, err := libopenapi.NewDocument(text)
	if err != nil {
		panic(err)
	}
	v, errs := validator.NewValidator(document)
	if len(errs) > 0 {
		panic(errs[0])
	}
	return v
})

// reply is what came back.
type reply struct {
	status int
	header http.Header
	text   string
}

// into reads the reply's JSON.
func (r reply) into(t *testing.T, value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.text), value); err != nil {
		t.Fatalf("%v: %s", err, r.text)
	}
}

// call is a request with the admin token. body is JSON, empty for none.
type call struct {
	method, path, body string
	header             http.Header
	// wrong is set for a request that is not as the description has it.
	wrong bool
}

// want sends a call, and checks the status and all that holds for every answer.
func (s *scene) want(t *testing.T, status int, c call) reply {
	t.Helper()
	r := s.send(t, c)
	if r.status != status {
		t.Fatalf("%s %s: HTTP %d, want %d: %s", c.method, c.path, r.status, status, r.text)
	}
	return r
}

func (s *scene) send(t *testing.T, c call) reply {
	t.Helper()
	resp, err := http.DefaultClient.Do(s.request(t, c))
	rig.Must(t, err)
	defer http.DefaultClient.CloseIdleConnections()
	text, err := io.ReadAll(resp.Body)
	rig.Must(t, err)
	rig.Must(t, resp.Body.Close())
	r := reply{resp.StatusCode, resp.Header, string(text)}
	s.check(t, c, r)
	return r
}

func (s *scene) request(t *testing.T, c call) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(rig.Deadline(t), c.method, s.url+admin.Path+c.path, strings.NewReader(c.body))
	rig.Must(t, err)
	req.Header.Set("Authorization", "Bearer "+s.token)
	if c.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, values := range c.header {
		req.Header[name] = values
	}
	if host := c.header.Get("Host"); host != "" {
		req.Host = host
	}
	return req
}

// check holds a call against the description, and looks for secrets in the answer.
func (s *scene) check(t *testing.T, c call, r reply) {
	t.Helper()
	for _, secret := range []string{providertest.TokenMark, s.token, s.client, keyMark} {
		if strings.Contains(r.text, secret) {
			t.Errorf("%s %s: the answer has a secret: %s", c.method, c.path, r.text)
		}
	}
	if ok, errs := described().ValidateHttpRequestSync(s.request(t, c)); ok == c.wrong && r.status != http.StatusMethodNotAllowed {
		t.Errorf("%s %s %s: as described: %t: %v", c.method, c.path, c.body, ok, errs)
	}
	resp := &http.Response{StatusCode: r.status, Header: r.header, Body: io.NopCloser(bytes.NewReader([]byte(r.text)))}
	if ok, errs := described().ValidateHttpResponse(s.request(t, c), resp); !ok && r.status != http.StatusMethodNotAllowed {
		for _, err := range errs {
			t.Errorf("%s %s: HTTP %d is not as described: %s: %s %v", c.method, c.path, r.status, r.text, err, err.SchemaValidationErrors)
		}
	}
	if r.header.Get("Cache-Control") != "no-store" || r.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s %s: headers %v", c.method, c.path, r.header)
	}
}

// keyMark is in each API key that is sent.
const keyMark = "canary-key-4711"
