package anthropic

import (
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// Classify reads what an answer says about the account. An answer that was
// paid for beyond the subscription carries a limit even when it is a success.
func (p *Provider) Classify(a providers.Answer) account.Verdict {
	v, fault := answer.Classify(a)
	v.Usage = usage(a)
	switch v.Class {
	case account.ClassSuccess:
		v.Limits = billed(a)
	case account.ClassForbidden:
		v.Class = forbidden(fault)
	case account.ClassLimited:
		v.Limits = limits(a, v.Code)
	default: // nothing to refine
	}
	return v
}

// revokedMessage begins the message with which Anthropic ends a login.
const revokedMessage = "OAuth token has been revoked"

// forbidden tells apart the errors that all have the type permission_error.
// Only revoked has consequences, so only there the exact form counts.
func forbidden(e answer.Error) account.Class {
	switch {
	case e.Type == "permission_error" && strings.HasPrefix(e.Message, revokedMessage):
		return account.ClassRevoked
	case e.Is("oauth_org_not_allowed") || e.Mentions("organization"):
		return account.ClassOrganization
	case e.Mentions("subscription", " plan", "upgrade", "not have access", "not included"):
		return account.ClassEntitlement
	}
	return account.ClassForbidden
}
