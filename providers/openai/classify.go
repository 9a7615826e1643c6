package openai

import (
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// Classify reads what an answer says about the account.
func (p *Provider) Classify(a providers.Answer) account.Verdict {
	v, fault := answer.Classify(a)
	v.Usage = usage(a)
	switch v.Class {
	case account.ClassForbidden:
		v.Class = forbidden(fault)
	case account.ClassLimited:
		v.Limits = limits(a, v.Code)
	default: // nothing to refine
	}
	return v
}

// forbidden reads the code first. Only revoked has consequences, so only codes
// lead there.
func forbidden(e answer.Error) account.Class {
	switch {
	case e.Is("token_revoked", "token_invalidated", "account_deactivated"):
		return account.ClassRevoked
	case strings.Contains(e.Code, "organization"), strings.Contains(e.Code, "workspace"):
		return account.ClassOrganization
	case e.Is("usage_not_included", "insufficient_quota", "quota_exceeded", "model_not_found"):
		return account.ClassEntitlement
	case e.Mentions("organization", "workspace"):
		return account.ClassOrganization
	case e.Mentions("subscription", " plan", "upgrade", "not have access", "not included"):
		return account.ClassEntitlement
	}
	return account.ClassForbidden
}
