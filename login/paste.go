package login

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

// Question is what [Paste] asks the owner.
type Question struct {
	// URL is the address of the login page.
	URL string
	// Shown is set when the provider's page shows a code to copy. Otherwise the
	// owner copies the address at which the browser ends, whose page cannot load.
	Shown bool
	// Problem says what was wrong with the last answer; nil for the first
	// question.
	Problem error
}

// Paste logs in with a browser on any machine: the owner brings back what it
// shows. That may be the whole address, the code, or Anthropic's "code#state",
// with spaces and line ends in it. It calls ask until the answer can be read
// and the provider accepts the code. An error of ask ends the login. Errors:
// [*DeniedError], and those that every method has; see [Browser].
func Paste(ctx context.Context, p providers.Provider, ask func(context.Context, Question) (string, error)) (account.Grant, error) {
	source, err := sourceOf(p)
	if err != nil {
		return account.Grant{}, err
	}
	a := newAttempt(p.Name(), source, pasteRedirect(source.Callback()))
	question := Question{Shown: source.Callback().Page != ""}
	if question.URL, err = a.url(); err != nil {
		return account.Grant{}, err
	}
	for {
		text, err := ask(ctx, question)
		if err != nil {
			return account.Grant{}, err
		}
		grant, err := a.pasteAndRedeem(ctx, text)
		var wrong *PasteError
		if !errors.As(err, &wrong) {
			return grant, err
		}
		question.Problem = wrong
		if ctx.Err() != nil {
			return account.Grant{}, fmt.Errorf("login: nobody pasted a code: %w", context.Cause(ctx))
		}
	}
}

// pasteAndRedeem returns a *PasteError for what another answer can mend.
func (a attempt) pasteAndRedeem(ctx context.Context, text string) (account.Grant, error) {
	back, err := a.pasted(text)
	if err != nil {
		return account.Grant{}, err
	}
	grant, err := a.redeem(ctx, back)
	if isOfCode(err) {
		err = &PasteError{a.provider + " does not take this code: it is wrong, too old, or was used before; " +
			"open the address again and paste the new code"}
	}
	return grant, err
}

// isOfCode reports whether the provider refused the code, and nothing else.
func isOfCode(err error) bool {
	var refused *providers.LoginError
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Code {
	case "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope":
		return false
	}
	return refused.Status == http.StatusBadRequest || refused.Code == "invalid_grant"
}

// The ports that nobody is given for good (RFC 6335 section 6).
const (
	firstDynamic = 49152
	allPorts     = 65536
)

// pasteRedirect returns where the browser is sent. Nobody listens there, unless
// it is the provider's page: the address is what counts.
func pasteRedirect(where providers.Callback) string {
	switch {
	case where.Page != "":
		return where.Page
	case where.Port != 0:
		return redirectTo(where, where.Port)
	}
	return redirectTo(where, firstDynamic+rand.IntN(allPorts-firstDynamic))
}

// pasted reads what the owner brought. A code without a state is taken: it
// counts only together with this attempt's verifier.
func (a attempt) pasted(text string) (answer, error) {
	query := parsePasted(text)
	back := answerOf(query)
	switch {
	case back.isZero():
		return answer{}, &PasteError{"there is no code in that; paste the whole address, or the code alone"}
	case query.Has("state") && !a.isMine(query.Get("state")):
		return answer{}, &PasteError{"that belongs to another login; open the address shown here and paste what that one ends with"}
	}
	return back, nil
}

// parsePasted returns the parameters that a text holds. A terminal may have
// broken it into lines.
func parsePasted(text string) url.Values {
	text = strings.Join(strings.Fields(text), "")
	if _, query, found := strings.Cut(text, "?"); found {
		query, _, _ = strings.Cut(query, "#")
		return parseQuery(query)
	}
	if strings.HasPrefix(text, "code=") || strings.HasPrefix(text, "state=") || strings.HasPrefix(text, "error=") {
		return parseQuery(text)
	}
	code, state, hasState := strings.Cut(text, "#")
	if strings.Contains(code, "://") {
		return nil // an address without a query
	}
	query := url.Values{"code": {code}}
	if hasState {
		query.Set("state", state)
	}
	return query
}

func parseQuery(text string) url.Values {
	query, _ := url.ParseQuery(text) // what cannot be read is missing
	return query
}
