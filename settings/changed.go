package settings

import (
	"maps"
	"slices"
)

// Changed returns the full names of the settings that differ: first those for
// all providers, in the order of [Keys], then chains and prices, then those of
// single providers.
func Changed(before, after Settings) []string {
	var changed []string
	for _, k := range table() {
		if k.shown(&before) != k.shown(&after) {
			changed = append(changed, k.describe().Name)
		}
	}
	if shownChains(&before) != shownChains(&after) {
		changed = append(changed, chainsKey)
	}
	if shownPrices(&before) != shownPrices(&after) {
		changed = append(changed, pricesKey)
	}
	if before.Currency != after.Currency {
		changed = append(changed, currencyKey)
	}
	names := maps.Clone(before.Providers)
	if names == nil {
		names = map[string]Override{}
	}
	maps.Copy(names, after.Providers)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		changed = append(changed, changedOf(name, before.Providers[name], after.Providers[name])...)
	}
	return changed
}

func changedOf(provider string, before, after Override) []string {
	var changed []string
	for _, k := range table() {
		if k.shownOverride(&before) != k.shownOverride(&after) {
			changed = append(changed, overrideKey(provider, k.describe().Name))
		}
	}
	for _, e := range endpoints() {
		if e.shown(&before) != e.shown(&after) {
			changed = append(changed, overrideKey(provider, e.name))
		}
	}
	return changed
}
