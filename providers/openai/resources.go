package openai

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
func (p *Provider) BodyMembers() []string {
	return []string{"previous_response_id", "file_id", "file_ids", "store"}
}

// Named implements [providers.ResourceKeeper]: the response before this one and
// files (OpenAI, "Conversation state" and "File inputs").
func (p *Provider) Named(req *http.Request, body string) []string {
	ids := resource.Named(body, "previous_response_id", "file_id")
	for _, folder := range [...]string{"/responses/", "/files/"} {
		if id := resource.InPath(req.URL.Path, folder); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// Makes implements [providers.ResourceKeeper]. A response that is not stored, as
// none of Codex' is, cannot be named later.
func (p *Provider) Makes(req *http.Request, body string) bool {
	if req.Method != http.MethodPost {
		return false
	}
	path := strings.TrimSuffix(req.URL.Path, "/")
	return strings.HasSuffix(path, "/files") || strings.HasSuffix(path, "/responses") && !unstored(body)
}

func unstored(body string) bool {
	return strings.Contains(body, `"store":false`) || strings.Contains(body, `"store": false`)
}

// Made implements [providers.ResourceKeeper].
func (p *Provider) Made(beginning []byte) string {
	return resource.Made(beginning, "resp_", "file-", "file_")
}
