package gateway

import (
	"net/http"
	"net/url"
	"strings"
)

// checkPath refuses paths that two servers may read differently: what is passed
// on must stay below the provider's base, whoever reads it.
func checkPath(r *http.Request) *refusal {
	switch {
	case r.Method == http.MethodConnect, r.URL.IsAbs(), r.URL.Opaque != "", !strings.HasPrefix(r.URL.Path, "/"):
		return &refusal{kind: badRequest, message: "this is a gateway to AI providers and no proxy for other addresses; send a path, as in /anthropic/v1/messages"}
	case isTricky(r.URL):
		return &refusal{kind: badRequest, message: "the path has empty segments, dots, or encoded slashes; send it in its plain form"}
	}
	return nil
}

func isTricky(u *url.URL) bool {
	if strings.Count(u.EscapedPath(), "/") != strings.Count(u.Path, "/") || strings.ContainsFunc(u.Path, isUnfit) {
		return true
	}
	segments := strings.Split(u.Path[1:], "/")
	for i, segment := range segments {
		switch segment {
		case ".", "..":
			return true
		case "":
			if i < len(segments)-1 {
				return true
			}
		}
	}
	return false
}

func isUnfit(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }
