package shown

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/policy"
)

// Decision is a decision of that provider's pool.
type Decision struct {
	Provider string `json:"provider"`
	multiaccount.Decision
}

// Circumstances are what was asked for, and of whom.
func (d *Decision) Circumstances() string {
	words := []string{d.Provider, d.Strategy}
	if d.Model != "" {
		words = append(words, d.Model)
	}
	if d.Conversation != "" {
		words = append(words, "conversation "+d.Conversation)
	}
	if len(d.Tried) > 0 {
		words = append(words, fmt.Sprintf("attempt %d", len(d.Tried)+1))
	}
	if d.Process != 0 {
		words = append(words, fmt.Sprintf("process %d", d.Process))
	}
	return strings.Join(words, ", ")
}

// ReasonFor says why an account was chosen or passed over, with the figures behind
// it; when writes a moment.
func (d *Decision) ReasonFor(c *policy.Considered, when func(time.Time) string) string {
	text := c.Why
	if c.CoolUntil > d.At {
		text += " until " + when(c.CoolUntil.Time())
	}
	if c.Score != 0 {
		text += fmt.Sprintf(" (score %.0f)", c.Score)
	}
	return text
}

// Answer is what was answered, and what followed.
func Answer(a *policy.Answered) string {
	status := "no answer"
	if a.Status != 0 {
		status = fmt.Sprint(a.Status)
	}
	return status + ", " + a.Class + nextText(a.Next)
}

// nextText is what followed an answer; nothing when it was passed on.
func nextText(step string) string {
	switch step {
	case policy.NextAccount.String():
		return "; another account was asked"
	case policy.SameAccount.String():
		return "; it was asked again"
	case policy.RefreshAccount.String():
		return "; its token was refreshed, and it was asked again"
	}
	return ""
}
