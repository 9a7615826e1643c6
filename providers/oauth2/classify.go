package oauth2

import (
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
)

// Classify reads what an answer says about the account, as far as standards
// tell: the status, Retry-After, the error of RFC 6750 section 3.1, and the codes
// that many servers share. That a login is gone shows at the token endpoint
// alone.
func (p *Provider) Classify(a providers.Answer) account.Verdict {
	v, fault := answer.Classify(a, answer.CommonRules)
	switch {
	case v.Class == account.ClassLimited:
		v.Limits = answer.Limits(a, fault, v.Code)
	case v.Class == account.ClassForbidden && insufficientScope(a):
		v.Class = account.ClassEntitlement
	}
	return v
}

func insufficientScope(a providers.Answer) bool {
	return strings.Contains(answer.First(a.Header, "Www-Authenticate"), `error="insufficient_scope"`)
}
