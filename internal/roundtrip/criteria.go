package roundtrip

import (
	"cmp"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/models"
)

// read reads what the request needs: from its host, its path, its headers and its
// body, in that order of preference. byAgent makes a sub-agent a conversation of its own.
func (r *request) read(byAgent bool) {
	header, criteria := r.req.Header, &r.search.ask.Request
	r.Ask(r.req.Context(), criteria)
	r.search.pin = criteria.Pin
	named, modelled, identified := criteria.Affinity != "", criteria.Model != "", mayIdentify(header)
	if criteria.Affinity == "" && identified {
		criteria.Affinity = sessionOf(header)
	}
	if !r.isKnown() || r.Provider.Keeper != nil {
		r.readBody()
	}
	if !modelled {
		criteria.Model = cmp.Or(cmp.Or(models.InPath(r.req.Method, r.req.URL)...), criteria.Model)
	}
	if criteria.Model == "" {
		criteria.Model = hintedModel(header)
	}
	if !named && byAgent && identified {
		criteria.Affinity = ofAgent(criteria.Affinity, header)
	}
	criteria.Affinity = ofCaller(criteria.Caller, criteria.Affinity)
}

// isKnown reports whether model and conversation are known without the body.
func (r *request) isKnown() bool {
	return r.search.ask.Affinity != "" && r.search.ask.Model != ""
}

// applyBody adds what the body says.
func (r *request) applyBody(body string) {
	a := readBody(body, r.isKnown(), r.Provider.Members)
	criteria := &r.search.ask.Request
	criteria.Model = cmp.Or(criteria.Model, account.Tiered(a.model, a.tier))
	criteria.Affinity = cmp.Or(criteria.Affinity, a.conversation)
	r.streams = a.stream
	if r.Provider.Members != nil {
		body = a.members
	}
	r.askKeeper(body)
}

// askKeeper asks the keeper which resources the request names, and whether it
// makes one.
func (r *request) askKeeper(body string) {
	if keeper := r.Provider.Keeper; keeper != nil {
		r.search.ask.Named, r.makes = keeper.Named(r.req, body), keeper.Makes(r.req, body)
	}
}
