package gateway

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// checkPath refuses paths that two servers may read differently: what is passed
// on must stay below the provider's base, whoever reads it. Nothing may be sent that
// has the provider repeat the account's credential.
func checkPath(r *http.Request) *refusal {
	switch {
	case r.Method == http.MethodConnect, r.URL.IsAbs(), r.URL.Opaque != "", !strings.HasPrefix(r.URL.Path, "/"):
		return &refusal{kind: badRequest, message: "this is a gateway to AI providers and no proxy for other addresses; send a path, as in /anthropic/v1/messages"}
	case r.Method == http.MethodTrace:
		return &refusal{kind: badRequest, message: "TRACE has a server repeat the request with its credentials, and is not passed on"}
	case isTricky(r.URL):
		return &refusal{kind: badRequest, message: "the path has empty segments, dots, or encoded slashes, or the query a #; send it in its plain form"}
	}
	return nil
}

func isTricky(u *url.URL) bool {
	if strings.Contains(u.RawQuery, "#") || strings.Count(u.EscapedPath(), "/") != strings.Count(u.Path, "/") || strings.ContainsFunc(u.Path, isUnfit) || !utf8.ValidString(u.Path) {
		return true
	}
	segments := strings.Split(u.Path[1:], "/")
	for i, segment := range segments {
		if segment == "" && i < len(segments)-1 || isDots(segment) {
			return true
		}
	}
	return strings.IndexByte(u.Path, '%') >= 0 && isTwiceEncoded(u.Path)
}

// isDots reports whether a part of a path is one that leads elsewhere, also to servers
// that take what follows a semicolon for a parameter.
func isDots(segment string) bool {
	name, _, _ := strings.Cut(segment, ";")
	return name == "." || name == ".."
}

// isTwiceEncoded reports whether a path that was decoded still hides dots or slashes.
func isTwiceEncoded(path string) bool {
	path = strings.ToLower(path)
	return strings.Contains(path, "%2e") || strings.Contains(path, "%2f") || strings.Contains(path, "%5c")
}

func isUnfit(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }
