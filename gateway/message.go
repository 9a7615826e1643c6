package gateway

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// maxNamed is how many accounts a message names.
const maxNamed = 5

// limitedMessage says which accounts are limited until when, by the clock of the
// machine, which is the user's; why only where reasons are wanted.
func limitedMessage(e *multiaccount.AllAccountsLimitedError, now time.Time, reasons bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "All %s accounts are limited.", printable.Text(e.Provider))
	writeFirst(&b, e.RetryAt, now)
	writeAccounts(&b, e, now, reasons)
	return b.String()
}

// spentMessage says the same of each pool of a chain.
func spentMessage(e *multiaccount.ChainSpentError, now time.Time, reasons bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "No pool of the chain %s can serve.", printable.Text(e.Chain))
	writeFirst(&b, e.RetryAt, now)
	for i := range e.Pools {
		p := &e.Pools[i]
		fmt.Fprintf(&b, " %s:", printable.Text(p.Provider))
		var all *multiaccount.AllAccountsLimitedError
		switch {
		case errors.As(p.Err, &all) && len(all.Accounts) > 0:
			writeAccounts(&b, all, now, reasons)
		case !p.Asked:
			b.WriteString(" " + printable.Text(p.Err.Error()) + ".")
		case reasons:
			b.WriteString(" " + refusalOf(p.Provider, p.Err).message)
		default:
			b.WriteString(" cannot serve.")
		}
	}
	return b.String()
}

// writeFirst says when the first account is free.
func writeFirst(b *strings.Builder, retryAt, now time.Time) {
	if !retryAt.IsZero() {
		fmt.Fprintf(b, " The first is free %s (in %s).", clock(retryAt, now), span(retryAt.Sub(now)))
	}
}

// writeAccounts says which accounts are limited until when.
func writeAccounts(b *strings.Builder, e *multiaccount.AllAccountsLimitedError, now time.Time, reasons bool) {
	for i, a := range e.Accounts {
		if i == maxNamed {
			fmt.Fprintf(b, " And %d more.", len(e.Accounts)-maxNamed)
			break
		}
		b.WriteString(" " + printable.Text(a.Label))
		if reasons {
			b.WriteString(": " + printable.Text(withoutCode(a.Reason)))
		}
		if !a.Until.IsZero() {
			b.WriteString(" until " + clock(a.Until, now))
		}
		b.WriteByte('.')
	}
}

// withoutCode leaves out a provider's code in brackets, which says nothing to a
// user.
func withoutCode(reason string) string {
	words, code, ok := strings.Cut(reason, " (")
	if ok && strings.Contains(code, "_") && !strings.ContainsAny(code, " :") {
		return words
	}
	return reason
}

// clock is a moment as a person says it.
func clock(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04")
	}
	return t.Format("Mon 2 Jan 15:04")
}

// span is a length of time as a person says it.
func span(d time.Duration) string {
	switch d = max(d, time.Second); {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Round(time.Second).Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
	case d < 48*time.Hour:
		d = d.Round(time.Minute)
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

func reloginMessage(e *multiaccount.ReauthRequiredError) string {
	return fmt.Sprintf("No %s account can serve: %s. Log in again with \"multiaccount login %s\".",
		printable.Text(e.Provider), withoutAdvice(printable.Text(e.Reason)), printable.Text(e.Provider))
}

// withoutAdvice leaves out what the message says itself, with the command to call.
func withoutAdvice(reason string) string {
	return strings.TrimSuffix(strings.TrimSuffix(reason, "."), "; log in again")
}

func refusedMessage(provider, said string) string {
	return fmt.Sprintf("%s refuses the accounts that it was asked with%s. \"multiaccount status\" says which; log in again with \"multiaccount login %s\".",
		provider, strings.TrimSuffix(said, "."), provider)
}

func emptyMessage(provider string, err error) string {
	if none := (*multiaccount.NoAccountOfKindError)(nil); errors.As(err, &none) {
		return plain(none.Error()) + fmt.Sprintf(" Add one with \"multiaccount login %s\".", provider)
	}
	return fmt.Sprintf("The %s pool has no account that is switched on. Add one with \"multiaccount login %s\".", provider, provider)
}

func boundMessage(client, provider string) string {
	return fmt.Sprintf("The client %s may use only some accounts, and the %s pool has none of them that is switched on. \"multiaccount clients list\" shows them.", client, provider)
}

func downMessage(e *multiaccount.ProviderUnavailableError) string {
	return fmt.Sprintf("%s is in trouble: %s. It is asked again at %s.",
		printable.Text(e.Provider), printable.Text(e.Reason), e.RetryAt.Local().Format("15:04:05"))
}

func unreachableMessage(provider string, err error) string {
	if _, ok := errors.AsType[*persistence.StorageError](err); ok {
		return fmt.Sprintf("The accounts of %s cannot be read or stored: %s", provider, printable.Text(err.Error()))
	}
	return fmt.Sprintf("%s cannot be reached: %s", provider, printable.Text(err.Error()))
}

// plain is an error's text as a sentence of its own.
func plain(text string) string {
	text = strings.TrimPrefix(text, "multiaccount: ")
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// triggers are what makes OpenCode ask again where it stands in an answer that
// is final.
var triggers = regexp.MustCompile(`(?i)429|500|502|503|504|524|rate[ _-]?limit|overloaded|server[ _-]error|try again in`)

// withoutTriggers returns a refusal that has none of them, in its message or in
// figures beside it.
func (r *refusal) withoutTriggers() *refusal {
	spoken := *r
	spoken.retryAt = time.Time{}
	if triggers.MatchString(r.message) {
		spoken.message = r.briefly()
	}
	return &spoken
}

// briefly says what a message says without reasons, which quote the provider, or
// without names.
func (r *refusal) briefly() string {
	now := time.Now()
	briefer := []string{}
	if r.brief != "" {
		briefer = append(briefer, r.brief)
	}
	if r.kind == limited && !r.retryAt.IsZero() {
		briefer = append(briefer, "All accounts have used up their quota. The first is free "+clock(r.retryAt, now)+".")
	}
	for _, message := range briefer {
		if !triggers.MatchString(message) {
			return message
		}
	}
	return "No account can serve this request now; \"multiaccount status\" says why."
}
