package gateway_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/gateway"
)

// Web pages have no way in, by whatever name they resolve to this machine.
func TestHostAndOrigin(t *testing.T) {
	u := record(t, func(c *gateway.Config) { c.Hosts = []string{"Desk.example"} })
	for _, host := range []string{"localhost", "localhost:8080", "127.0.0.1:1", "127.9.9.9", "[::1]:80", "LOCALHOST", "desk.example", "desk.example:443"} {
		if a := u.send(t, ask("/zai/x", "{}", "Host", host)); a.status != http.StatusOK {
			t.Errorf("host %s: HTTP %d", host, a.status)
		}
	}
	for _, host := range []string{"rebound.example", "localhost.example", "127.0.0.1.example", "10.0.0.1", "0.0.0.0", "[::]", "desk.example.evil", "localhost."} {
		if a := u.send(t, ask("/zai/x", "{}", "Host", host)); a.status != http.StatusForbidden {
			t.Errorf("host %s: HTTP %d", host, a.status)
		}
	}
	for origin, want := range map[string]int{
		"http://localhost:3000": 200, "https://127.0.0.1": 200, "tauri://localhost": 200, "https://desk.example": 200,
		"https://evil.example": 403, "null": 403, "https://localhost.evil": 403, "file://": 403, "%": 403,
	} {
		if a := u.send(t, ask("/zai/x", "{}", "Origin", origin)); a.status != want {
			t.Errorf("origin %s: HTTP %d, want %d", origin, a.status, want)
		}
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	u := record(t)
	for name, test := range map[string]struct {
		headers []string
		want    int
	}{
		"bearer":                       {[]string{"Authorization", "Bearer " + token}, 200},
		"bearer in small letters":      {[]string{"Authorization", "bearer " + token}, 200},
		"x-api-key":                    {[]string{"Authorization", "", "x-api-key", token}, 200},
		"x-goog-api-key":               {[]string{"Authorization", "", "x-goog-api-key", token}, 200},
		"x-api-key beside a login":     {[]string{"Authorization", "Bearer sk-ant-oat01-x", "x-api-key", token}, 200},
		"none":                         {[]string{"Authorization", ""}, 401},
		"an empty one":                 {[]string{"Authorization", "Bearer "}, 401},
		"basic":                        {[]string{"Authorization", "Basic " + token}, 401},
		"the beginning of one":         {[]string{"Authorization", "Bearer " + token[:len(token)-1]}, 401},
		"more than one":                {[]string{"Authorization", "Bearer " + token + token}, 401},
		"a token under another header": {[]string{"Authorization", "", "Api-Key", token}, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := u.send(t, ask("/zai/x", "{}", test.headers...))
			if a.status != test.want || strings.Contains(a.body, token) {
				t.Errorf("HTTP %d %s, want %d", a.status, a.body, test.want)
			}
		})
	}
}

// Addresses end up in logs.
func TestTokenInTheAddress(t *testing.T) {
	u := record(t)
	for _, m := range []message{ask("/zai/x?key="+token, "{}", "Authorization", ""), ask("/zai/x?a=1&key=x", "{}")} {
		if a := u.send(t, m); a.status != http.StatusUnauthorized || !strings.Contains(a.body, "?key=") || strings.Contains(a.body, token) {
			t.Errorf("HTTP %d %s", a.status, a.body)
		}
	}
	if len(u.all()) != 0 {
		t.Error("it was passed on")
	}
}

// Guessing takes time, and nobody else's.
func TestWrongTokensAreSlow(t *testing.T) {
	u := record(t)
	began := time.Now()
	slow := make(chan time.Duration)
	go func() {
		u.send(t, ask("/zai/x", "{}", "Authorization", "Bearer wrong"))
		slow <- time.Since(began)
	}()
	for range 5 {
		if a := u.send(t, ask("/zai/x", "{}")); a.status != http.StatusOK {
			t.Errorf("HTTP %d", a.status)
		}
	}
	if took := <-slow; took < 400*time.Millisecond {
		t.Errorf("a wrong token was answered after %v", took)
	}
}
