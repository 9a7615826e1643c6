package gateway_test

import (
	"net/http"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// Whoever looks after the process asks without a token, and learns nothing else.
func TestHealth(t *testing.T) {
	t.Parallel()
	u := record(t)
	look := func(method, path string) answer { return u.send(t, message{method: method, path: path}) }
	for _, path := range []string{"/healthz", "/readyz"} {
		if a := look(http.MethodGet, path); a.status != http.StatusOK || a.body != "ok\n" {
			t.Errorf("%s: HTTP %d %q", path, a.status, a.body)
		}
		if a := look(http.MethodHead, path); a.status != http.StatusOK || a.body != "" {
			t.Errorf("HEAD %s: HTTP %d %q", path, a.status, a.body)
		}
		if a := look(http.MethodPost, path); a.status != http.StatusUnauthorized {
			t.Errorf("POST %s: HTTP %d", path, a.status)
		}
		if a := u.send(t, message{method: http.MethodGet, path: path, header: http.Header{"Host": {"evil.example"}}}); a.status != http.StatusForbidden {
			t.Errorf("%s by another name: HTTP %d", path, a.status)
		}
	}
	rig.Must(t, u.Drain(t.Context()))
	if a := look(http.MethodGet, "/readyz"); a.status != http.StatusServiceUnavailable {
		t.Errorf("ready while it drains: HTTP %d", a.status)
	}
	if a := look(http.MethodGet, "/healthz"); a.status != http.StatusOK {
		t.Errorf("not healthy while it drains: HTTP %d", a.status)
	}
	if len(u.all()) != 0 {
		t.Error("it was passed on")
	}
}
