package login_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// The whole way through a real browser: it follows the provider's redirect to
// "localhost" and renders the page under its own security policy.
func TestBrowserWithChromium(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed:", err)
	}
	srv, owner := fake(t, providertest.Anthropic)
	r := start(t.Context(), t, newAnthropic(srv))
	page, err := exec.CommandContext(t.Context(), chromium, "--headless", "--no-sandbox", "--disable-gpu",
		"--disable-dev-shm-usage", "--no-first-run", "--user-data-dir="+t.TempDir(), "--dump-dom", r.address).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := <-r.ended; err != nil || r.grant.AccessToken.Reveal() != owner.AccessToken() {
		t.Errorf("login: %v", err)
	}
	if !strings.Contains(string(page), "You are logged in to Anthropic") {
		t.Errorf("chromium shows:\n%s", page)
	}
}
