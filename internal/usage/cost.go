package usage

import (
	"maps"
	"slices"

	"github.com/seed-810f1486/multiaccount/settings"
)

// Cost returns what the tokens of a group cost by the prices of settings, and the
// models among them that have no price: what these cost is not part of it.
func (g *Group) Cost(s *settings.Settings) (amount float64, unpriced []string) {
	for _, model := range slices.Sorted(maps.Keys(g.Models)) {
		t := g.Models[model]
		if t == (Tokens{}) {
			continue
		}
		price, ok := s.PriceOf(model)
		if !ok {
			unpriced = append(unpriced, model)
			continue
		}
		amount += price.Of(t.Input, t.Cached, t.CacheWritten, t.Output)
	}
	return amount, unpriced
}

func (t *Tokens) add(more Tokens) {
	t.Input += more.Input
	t.Cached += more.Cached
	t.CacheWritten += more.CacheWritten
	t.Output += more.Output
	t.Reasoning += more.Reasoning
}
