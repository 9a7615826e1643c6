package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/tui"
)

// decisionsText explains decisions, a block each.
func decisionsText(all []decided, labels map[string]string, now time.Time) string {
	var text strings.Builder
	for i := range all {
		if i > 0 {
			text.WriteString("\n")
		}
		all[i].explain(&text, labels, now)
	}
	return text.String()
}

func (d *decided) explain(text *strings.Builder, labels map[string]string, now time.Time) {
	look := tui.Colours()
	fmt.Fprintf(text, "%s  %s\n", d.headline(labels, now), look.Faint.Render(d.circumstances()))
	for i := range d.Considered {
		c := &d.Considered[i]
		mark := look.Faint.Render("·")
		if c.ID == d.Chosen {
			mark = look.Good.Render("✓")
		}
		fmt.Fprintf(text, "  %s %s: %s\n", mark, labelOf(c.ID, labels), d.reasonFor(c, now))
	}
	if d.Answer != nil {
		fmt.Fprintf(text, "  → %s\n", answerText(d.Answer))
	}
}

// headline says when, and which account.
func (d *decided) headline(labels map[string]string, now time.Time) string {
	look := tui.Colours()
	if d.Chosen != "" {
		return clock(d.At.Time(), now) + "  " + look.Title.Render(labelOf(d.Chosen, labels))
	}
	line := clock(d.At.Time(), now) + "  " + look.Bad.Render("no account: "+d.Reason.String())
	if wait := d.RetryAt.Time().Sub(d.At.Time()); d.RetryAt != 0 && wait > 0 {
		line += look.Warn.Render(", the first is free in " + tui.Wait(wait))
	}
	return line
}

// circumstances are what was asked for, and of whom.
func (d *decided) circumstances() string {
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
	return tui.Clean(strings.Join(words, ", "))
}

// reasonFor says why an account was chosen or passed over, with the figures
// behind it.
func (d *decided) reasonFor(c *policy.Considered, now time.Time) string {
	text := tui.Clean(c.Why)
	if c.CoolUntil > d.At {
		text += " until " + clock(c.CoolUntil.Time(), now)
	}
	if c.Score != 0 {
		text += fmt.Sprintf(" (score %.0f)", c.Score)
	}
	return text
}

// answerText is what was answered, and what followed.
func answerText(a *policy.Answered) string {
	status := "no answer"
	if a.Status != 0 {
		status = fmt.Sprint(a.Status)
	}
	return status + ", " + tui.Clean(a.Class) + nextText(a.Next)
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

// labelOf names an account that may have been removed since.
func labelOf(id string, labels map[string]string) string { return cmp.Or(labels[id], tui.Clean(id)) }

// clock is the time of day, with the date when that is not today.
func clock(at, now time.Time) string {
	at, now = at.Local(), now.Local()
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format("15:04:05")
	}
	return at.Format("2006-01-02 15:04:05")
}
