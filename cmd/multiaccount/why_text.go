package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/shown"
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
	fmt.Fprintf(text, "%s  %s\n", d.headline(labels, now), look.Faint.Render(tui.Clean(d.Circumstances())))
	for i := range d.Considered {
		c := &d.Considered[i]
		mark := look.Faint.Render("·")
		if c.ID == d.Chosen {
			mark = look.Good.Render("✓")
		}
		fmt.Fprintf(text, "  %s %s: %s\n", mark, labelOf(c.ID, labels), tui.Clean(d.ReasonFor(c, func(at time.Time) string { return clock(at, now) })))
	}
	if d.Answer != nil {
		fmt.Fprintf(text, "  → %s\n", tui.Clean(shown.Answer(d.Answer)))
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
