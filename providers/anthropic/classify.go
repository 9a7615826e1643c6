package anthropic

import (
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// Classify reads what an answer says about the account. An answer that was
// paid for beyond the subscription carries a limit even when it is a success.
func (p *Provider) Classify(a providers.Answer) account.Verdict {
	v, fault := answer.Classify(a, rules)
	told := answer.Tells(a.Header, limitsPrefix) // most answers without figures end here
	if told {
		v.Usage = usage(a)
	}
	switch v.Class {
	case account.ClassSuccess:
		if told {
			v.Limits = billed(a)
		}
	case account.ClassForbidden:
		v.Class = forbidden(fault.Error)
	case account.ClassLimited:
		v.Limits = limits(a, fault, v.Code)
	default: // nothing to refine
	}
	return v
}

// forbidden tells apart the errors that all have the type permission_error and
// are returned to the caller.
func forbidden(e answer.Error) account.Class {
	switch {
	case e.Mentions("organization"):
		return account.ClassOrganization
	case e.MentionsPlan():
		return account.ClassEntitlement
	}
	return account.ClassForbidden
}
