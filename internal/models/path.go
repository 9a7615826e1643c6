package models

import (
	"net/http"
	"net/url"
	"strings"
)

// InPath returns the models that the path of a request names, as Google's API has
// them, and Azure's and Bedrock's: "/v1beta/models/gemini-3-pro:generateContent". A
// request that only reads asks for none.
func InPath(method string, u *url.URL) (names []string) {
	for _, p := range placesIn(method, u) {
		names = append(names, p.name)
	}
	return names
}

// WithPath returns u with another model in place of each that the path names.
func WithPath(method string, u *url.URL, name string) *url.URL {
	segments, out := strings.Split(u.EscapedPath(), "/"), *u
	for _, p := range placesIn(method, u) {
		segments[p.segment] = url.PathEscape(name + p.verb)
	}
	out.RawPath = strings.Join(segments, "/")
	out.Path, _ = url.PathUnescape(out.RawPath) // what was escaped can be read
	return &out
}

// place is a part of a path that names a model. What is asked of the model, as
// ":generateContent", may follow the name.
type place struct {
	segment    int
	name, verb string
}

func placesIn(method string, u *url.URL) (all []place) {
	if method == http.MethodGet || method == http.MethodHead {
		return nil
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	segment, isName := 0, false
	for part := range strings.SplitSeq(path, "/") {
		plain, err := url.PathUnescape(part)
		if isName && err == nil && plain != "" {
			all = append(all, place{segment, plain, ""})
		}
		segment, isName = segment+1, holdsModels(plain)
	}
	if n := len(all); n > 0 && all[n-1].segment == segment-1 {
		all[n-1].cutVerb()
	}
	return all
}

// cutVerb takes the end of a path for a verb; in its middle a colon belongs to the
// name, as Bedrock's versions.
func (p *place) cutVerb() {
	if i := strings.LastIndexByte(p.name, ':'); i >= 0 {
		p.name, p.verb = p.name[:i], p.name[i:]
	}
}

// holdsModels reports whether the next part of a path names a model.
func holdsModels(segment string) bool {
	switch segment = strings.ToLower(segment); segment {
	case "model", "deployments", "engines":
		return true
	}
	return strings.HasSuffix(segment, "models")
}
