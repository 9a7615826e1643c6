package anthropic

import (
	"net/http"
	"strings"

	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/resource"
)

var (
	_ providers.ResourceKeeper = (*Provider)(nil)
	_ providers.MemberLister   = (*Provider)(nil)
)

// BodyMembers implements [providers.MemberLister].
func (p *Provider) BodyMembers() []string { return []string{"file_id", "file_ids"} }

// Named implements [providers.ResourceKeeper]: files, which belong to the
// workspace of who uploaded them (Anthropic, "Files API").
func (p *Provider) Named(req *http.Request, body string) []string {
	ids := resource.Named(body, "file_id")
	if id := resource.InPath(req.URL.Path, "/files/"); id != "" {
		ids = append(ids, id)
	}
	return ids
}

// Makes implements [providers.ResourceKeeper].
func (p *Provider) Makes(req *http.Request, _ string) bool {
	return req.Method == http.MethodPost && strings.HasSuffix(req.URL.Path, "/files")
}

// Made implements [providers.ResourceKeeper].
func (p *Provider) Made(beginning []byte) string { return resource.Made(beginning, "file_") }
