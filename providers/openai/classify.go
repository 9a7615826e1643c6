package openai

import (
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// Classify reads what an answer says about the account. A success that was paid
// for with credits carries a limit.
func (p *Provider) Classify(a providers.Answer) account.Verdict {
	v, fault := answer.Classify(a, rules)
	v.Usage = usage(a)
	switch v.Class {
	case account.ClassSuccess:
		v.Limits = paid(a)
	case account.ClassForbidden:
		v.Class = forbidden(fault.Error)
	case account.ClassLimited:
		v.Limits = limits(a, fault, v.Code)
	default: // nothing to refine
	}
	return v
}

// forbidden tells apart what is returned to the caller; no class here has
// consequences for the login.
func forbidden(e answer.Error) account.Class {
	switch {
	case strings.Contains(e.Code, "organization"), strings.Contains(e.Code, "workspace"):
		return account.ClassOrganization
	case e.Is("model_not_found"):
		return account.ClassEntitlement
	case e.Mentions("organization", "workspace"):
		return account.ClassOrganization
	case e.MentionsPlan():
		return account.ClassEntitlement
	}
	return account.ClassForbidden
}
