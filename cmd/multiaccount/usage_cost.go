package main

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-810f1486/multiaccount/tui"
)

// costText is what a person reads: that a part has no price is said with the amount.
func (l *usedLine) costText() string {
	text := strings.TrimSpace(moneyText(*l.Cost) + " " + tui.Clean(l.Currency))
	switch {
	case len(l.Unpriced) == 0:
		return text
	case *l.Cost == 0:
		return "no price"
	}
	return text + " and more"
}

// moneyText has four digits behind the point where two would say nothing.
func moneyText(amount float64) string {
	if amount > 0 && amount < 1 {
		return strconv.FormatFloat(amount, 'f', 4, 64)
	}
	return strconv.FormatFloat(amount, 'f', 2, 64)
}

// tellUnpriced names the models that the costs leave out.
func tellUnpriced(s streams, lines []usedLine) error {
	names := map[string]bool{}
	for i := range lines {
		for _, model := range lines[i].Unpriced {
			names[cmp.Or(tui.Clean(model), "requests without a model")] = true
		}
	}
	if len(names) == 0 {
		return nil
	}
	return write(s, "The settings have no price for "+strings.Join(slices.Sorted(maps.Keys(names)), ", ")+": their cost is not part of these.\n")
}

// costCSV is the amount, empty without prices.
func (l *usedLine) costCSV() string {
	if l.Cost == nil {
		return ""
	}
	return strconv.FormatFloat(*l.Cost, 'f', -1, 64)
}
