package roundtrip

import "github.com/seed-810f1486/multiaccount/account"

// read reads what the request asks for: what its host does, then its headers,
// then its body. byAgent makes a sub-agent a conversation of its own.
func (r *request) read(byAgent bool) {
	asked, header := r.Asked(r.req.Context()), r.req.Header
	r.search = search{wish: asked, pin: asked.Pin}
	wish, identified := &r.search.wish, mayIdentify(header)
	if wish.Affinity == "" && identified {
		wish.Affinity = sessionOf(header)
	}
	if !r.isKnown() || r.Provider.Keeper != nil {
		r.readBody()
	}
	if wish.Model == "" {
		wish.Model = hintedModel(header)
	}
	if asked.Affinity == "" && byAgent && identified {
		wish.Affinity = ofAgent(wish.Affinity, header)
	}
	wish.Affinity = ofCaller(asked.Caller, wish.Affinity)
}

// isKnown reports whether what the body says of model and conversation does not
// matter.
func (r *request) isKnown() bool { return r.search.wish.Affinity != "" && r.search.wish.Model != "" }

// take takes what a body asks for.
func (r *request) take(body string) {
	a := readBody(body, r.isKnown(), r.Provider.Members)
	wish := &r.search.wish
	wish.Model = firstOf(wish.Model, account.Tiered(a.model, a.tier))
	wish.Affinity = firstOf(wish.Affinity, a.conversation)
	r.streams = a.stream
	if r.Provider.Members != nil {
		body = a.members
	}
	r.look(body)
}

// look has the keeper say which resources the request names, and whether it makes
// one.
func (r *request) look(body string) {
	if keeper := r.Provider.Keeper; keeper != nil {
		r.search.wish.Named, r.makes = keeper.Named(r.req, body), keeper.Makes(r.req, body)
	}
}

func firstOf(candidates ...string) string {
	for _, c := range candidates {
		if c != "" {
			return c
		}
	}
	return ""
}
