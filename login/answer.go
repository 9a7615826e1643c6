package login

import (
	"net/url"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
)

// answer is what an authorization request came back with: a code or a refusal
// (RFC 6749 sections 4.1.2 and 4.1.2.1). The zero answer is neither.
type answer struct {
	code    account.Secret
	refusal string
}

func answerOf(query url.Values) answer {
	if refusal := query.Get("error"); refusal != "" {
		return answer{refusal: word(refusal)}
	}
	return answer{code: account.NewSecret(query.Get("code"))}
}

func (a answer) isZero() bool { return a.refusal == "" && a.code.IsZero() }

const maxWord = 64

// word returns an error code as it may be shown: what comes in an address may
// be anybody's.
func word(text string) string {
	const fit = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
	if len(text) > maxWord || strings.Trim(text, fit) != "" {
		return "an unknown error"
	}
	return text
}
