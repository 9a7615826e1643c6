package providertest

import (
	"net/url"
	"strings"
	"testing"
)

func hostRules() []rule {
	return []rule{
		{"its own hosts over https", ownsOwnHosts},
		{"the server of its BaseURL", ownsBaseURL},
		{"no login or account server", ownsNoLoginServer},
		{"no other server, however it is written", ownsNothingElse},
		{"it allocates nothing", ownsWithoutAllocation},
	}
}

func ownsOwnHosts(t trial) {
	for _, host := range t.OwnHosts {
		for _, text := range []string{
			"https://" + host, "https://" + host + "/v1?x=1", "https://" + host + ":443/", "https://" + strings.ToUpper(host) + "/",
		} {
			t.expectOwns(text, true)
		}
	}
}

func ownsBaseURL(t trial) {
	for _, text := range []string{
		"https://gateway.example:8443/v1/messages", "https://gateway.example:8443/", "https://Gateway.EXAMPLE:8443/other",
	} {
		t.expectOwns(text, true)
	}
}

func ownsNoLoginServer(t trial) {
	at := exampleEndpoints()
	for _, text := range []string{at.TokenURL, at.AuthorizeURL, at.UsageURL, at.ProfileURL} {
		t.expectOwns(text, false)
	}
}

func ownsNothingElse(t trial) {
	for _, host := range append([]string{"gateway.example:8443"}, t.OwnHosts...) {
		name, _, _ := strings.Cut(host, ":")
		for _, text := range []string{
			"http://" + host + "/",
			"https://" + name + ":444/",
			"https://" + name + ".evil.example/",
			"https://evil" + name + "/",
			"https://sub." + host + "/",
			"https://" + name + ".:443/",
			"https://" + host + "@evil.example/",
			"https://" + name + ":443@evil.example/",
			"https://evil.example/" + host,
			"https://evil.example#@" + host,
			"https://evil.example?@" + host,
			"https:" + host,
			"//" + host + "/",
			"ftp://" + host + "/",
		} {
			t.expectOwns(text, false)
		}
	}
	for _, text := range []string{"https://evil.example/", "https://127.0.0.1/", "https://[::1]/", "file:///etc/passwd", "/v1", ""} {
		t.expectOwns(text, false)
	}
	if t.detached().Owns(nil) {
		t.Error("Owns(nil) = true")
	}
}

func ownsWithoutAllocation(t trial) {
	p := t.detached()
	u := t.parse("https://gateway.example:8443/v1/messages")
	if n := testing.AllocsPerRun(100, func() { p.Owns(u) }); n != 0 {
		t.Errorf("Owns allocates %v times", n)
	}
}

func (t trial) expectOwns(text string, want bool) {
	t.Helper()
	if got := t.detached().Owns(t.parse(text)); got != want {
		t.Errorf("Owns(%q) = %v, want %v", text, got, want)
	}
}

func (t trial) parse(text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
