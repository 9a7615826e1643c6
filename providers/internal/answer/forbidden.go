package answer

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
)

// forbidden tells apart the kinds of 403 that look the same at every provider.
func forbidden(e Error) (account.Class, string) {
	if link, ok := verification(e); ok {
		return account.ClassVerification, link
	}
	return account.ClassForbidden, ""
}

// challenged reports whether a firewall in front of the provider answered: it
// says so in a header, or the answer is a web page.
func challenged(h http.Header, body []byte) bool {
	if len(h["Cf-Mitigated"]) > 0 || len(h["X-Amzn-Waf-Action"]) > 0 {
		return true
	}
	kind := strings.ToLower(strings.TrimSpace(h.Get("Content-Type")))
	return strings.HasPrefix(kind, "text/html") || strings.HasPrefix(kind, "application/xhtml") || isPage(body)
}

// isPage reports whether body begins like a web page, or like Cloudflare's short
// answer to clients that are not browsers ("error code: 1020").
func isPage(body []byte) bool {
	start := bytes.ToLower(bytes.TrimSpace(body[:min(len(body), 256)]))
	for _, beginning := range [...]string{"<!doctype html", "<html", "error code: 1"} {
		if bytes.HasPrefix(start, []byte(beginning)) {
			return true
		}
	}
	return false
}

// verification reports whether the owner must verify something first, and where:
// in a field for it, or as a link in a message that asks to verify.
func verification(e Error) (link string, ok bool) {
	if link = secureLink(e.URL); link != "" {
		return link, true
	}
	if !strings.Contains(e.Code+e.Type, "verif") && !e.Mentions("verif") {
		return "", false
	}
	link = secureLink(e.Message)
	return link, link != "" || strings.Contains(e.Code+e.Type, "verif")
}

// secureLink returns the first https URL in text, empty when there is none.
func secureLink(text string) string {
	start := strings.Index(text, "https://")
	if start < 0 {
		return ""
	}
	link := text[start:]
	if end := strings.IndexFunc(link, endsLink); end >= 0 {
		link = link[:end]
	}
	link = strings.TrimRight(link, ".,;:!?)")
	if u, err := url.Parse(link); err != nil || u.Hostname() == "" || u.User != nil {
		return ""
	}
	return link
}

func endsLink(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune("\"'<>`\\", r) }
