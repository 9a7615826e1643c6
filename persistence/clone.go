package persistence

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
)

// byAge orders accounts by when they were added.
func byAge(a, b account.Record) int {
	return cmp.Or(a.AddedAt.Compare(b.AddedAt), strings.Compare(a.ID, b.ID))
}

// cloneRecord returns a copy that shares nothing that can be written to.
func cloneRecord(rec account.Record) account.Record {
	rec.Credentials.Scopes = slices.Clone(rec.Credentials.Scopes)
	rec.Limits = slices.Clone(rec.Limits)
	rec.Freed = slices.Clone(rec.Freed)
	rec.Usage = slices.Clone(rec.Usage)
	rec.Unknown = cloneUnknown(rec.Unknown)
	rec.Fault, rec.Lost = cloneFault(rec.Fault), cloneFault(rec.Lost)
	return rec
}

func cloneFault(f *account.Fault) *account.Fault {
	if f == nil {
		return nil
	}
	cloned := *f
	return &cloned
}

func clonePool(state PoolState) PoolState {
	state.Bindings, state.Owned = maps.Clone(state.Bindings), maps.Clone(state.Owned)
	state.Limits, state.Freed = slices.Clone(state.Limits), slices.Clone(state.Freed)
	state.Alerts = maps.Clone(state.Alerts)
	state.Unknown = cloneUnknown(state.Unknown)
	return state
}

func cloneUnknown(unknown map[string]json.RawMessage) map[string]json.RawMessage {
	unknown = maps.Clone(unknown)
	for name, raw := range unknown {
		unknown[name] = slices.Clone(raw)
	}
	return unknown
}
