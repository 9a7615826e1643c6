package etcd

import (
	"context"
	"maps"
	"slices"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// movePool merges the state of a pool into that of the other store, whose values come
// first.
func movePool(ctx context.Context, to persistence.Store, provider string, from persistence.PoolState) error {
	_, err := to.UpdatePool(ctx, provider, func(p *persistence.PoolState) {
		if p.Active == "" {
			p.Active = from.Active
		}
		if p.PinnedAt.IsZero() {
			p.Pinned, p.PinnedAt = from.Pinned, from.PinnedAt
		}
		if p.ImportedAt.IsZero() {
			p.ImportedAt = from.ImportedAt
		}
		p.Bindings, p.Owned, p.Alerts = joined(from.Bindings, p.Bindings), joined(from.Owned, p.Owned), joined(from.Alerts, p.Alerts)
		p.Limits, p.Freed = union(p.Limits, from.Limits), union(p.Freed, from.Freed)
	})
	return err
}

func joined[V any](weak, strong map[string]V) map[string]V {
	all := maps.Clone(weak)
	if all == nil {
		return strong
	}
	maps.Copy(all, strong)
	return all
}

// union appends what is not there yet: a move may be repeated.
func union[T comparable](all, more []T) []T {
	for _, one := range more {
		if !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return all
}
