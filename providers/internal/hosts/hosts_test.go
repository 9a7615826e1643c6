package hosts_test

import (
	"net/url"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/internal/hosts"
)

func TestOwns(t *testing.T) {
	set := hosts.New("http://Gateway.Internal:8080/v1", "api.example.com", "kiosk.example.com")
	for text, want := range map[string]bool{
		"https://api.example.com":                    true,
		"https://api.example.com/v1/messages?beta=1": true,
		"https://API.Example.COM/v1":                 true,
		"HTTPS://api.example.com/":                   true,
		"https://api.example.com:443/":               true,
		"https://api.example.com:/":                  true,
		"https://user:pw@api.example.com/":           true,
		"http://gateway.internal:8080/anything":      true,
		"http://GATEWAY.internal:8080":               true,

		"http://api.example.com/":                   false,
		"https://api.example.com:8443/":             false,
		"https://api.example.com:80/":               false,
		"https://api.example.com./":                 false,
		"https://api.example.com.evil.example/":     false,
		"https://evil.example/api.example.com":      false,
		"https://evil.example#@api.example.com":     false,
		"https://api.example.com@evil.example/":     false,
		"https://api.example.com:443@evil.example/": false,
		"https://evilapi.example.com/":              false,
		"https://sub.api.example.com/":              false,
		"https://example.com/":                      false,
		"https://\u212aiosk.example.com/":           false,
		"https://[::ffff:127.0.0.1]/":               false,
		"https://gateway.internal:8080/":            false,
		"http://gateway.internal/":                  false,
		"http://gateway.internal:8081/":             false,
		"https:api.example.com":                     false,
		"//api.example.com/":                        false,
		"/v1/messages":                              false,
		"":                                          false,
		"ftp://api.example.com/":                    false,
	} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got := set.Owns(u); got != want {
			t.Errorf("Owns(%q) = %v, want %v", text, got, want)
		}
	}
	if set.Owns(&url.URL{Scheme: "https", Host: "api.example.com", Opaque: "//evil.example/"}) {
		t.Error("a URL that asks for another one is owned")
	}
	if set.Owns(nil) {
		t.Error("Owns(nil) = true")
	}
}

func TestBaseURL(t *testing.T) {
	for base, inside := range map[string]string{
		"https://gw.example/api":       "https://gw.example:443/other",
		"https://gw.example:443":       "https://gw.example/",
		"http://[::1]:9000":            "http://[::1]:9000/x",
		"http://127.0.0.1:9000/codex/": "http://127.0.0.1:9000/",
		"http://gw.example":            "http://gw.example:80/",
	} {
		u, err := url.Parse(inside)
		if err != nil {
			t.Fatal(err)
		}
		if !hosts.New(base).Owns(u) {
			t.Errorf("base %q does not own %q", base, inside)
		}
	}
	for _, base := range []string{"", "://", "https://", "nonsense", "https://gw.example:port", "mailto:a@gw.example"} {
		if hosts.New(base).Owns(&url.URL{Scheme: "https", Host: "gw.example"}) {
			t.Errorf("base %q owns https://gw.example", base)
		}
	}
}

func TestOwnsDoesNotAllocate(t *testing.T) {
	set := hosts.New("https://gw.example:8443", "api.example.com")
	u := &url.URL{Scheme: "https", Host: "API.example.com:443", Path: "/v1"}
	if n := testing.AllocsPerRun(100, func() { set.Owns(u) }); n != 0 {
		t.Errorf("Owns allocates %v times", n)
	}
}

func BenchmarkOwns(b *testing.B) {
	set := hosts.New("https://gw.example:8443", "api.example.com")
	u := &url.URL{Scheme: "https", Host: "api.example.com", Path: "/v1"}
	b.ReportAllocs()
	for b.Loop() {
		set.Owns(u)
	}
}
