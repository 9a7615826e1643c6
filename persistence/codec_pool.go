package persistence

import "time"

// encodePool returns the state of a pool as the content of its file.
func encodePool(state *PoolState) ([]byte, error) {
	wire := poolWire{
		Version: formatVersion, Active: state.Active, Pinned: state.Pinned, PinnedAt: stamp(state.PinnedAt), ImportedAt: stamp(state.ImportedAt),
		Limits: limitsToWire(state.Limits), Freed: freedToWire(state.Freed),
	}
	wire.Bindings, wire.Owned = bindingsToWire(state.Bindings), bindingsToWire(state.Owned)
	if len(state.Alerts) > 0 {
		wire.Alerts = make(map[string]alertWire, len(state.Alerts))
	}
	for name, a := range state.Alerts {
		wire.Alerts[name] = alertWire{a.Generation, stamp(a.At)}
	}
	data, err := joinObject(&wire, state.Unknown)
	return append(data, '\n'), err
}

// decodePool reads a pool's file; its errors are those of decodeAccount.
func decodePool(data []byte) (PoolState, error) {
	var wire poolWire
	unknown, err := decodeObject(data, &wire, &wire.Version)
	if err != nil {
		return PoolState{}, err
	}
	state := PoolState{
		Active: wire.Active, Pinned: wire.Pinned, PinnedAt: time.Time(wire.PinnedAt), ImportedAt: time.Time(wire.ImportedAt), Unknown: unknown,
		Limits: limitsFromWire(wire.Limits), Freed: freedFromWire(wire.Freed),
	}
	state.Bindings, state.Owned = bindingsFromWire(wire.Bindings), bindingsFromWire(wire.Owned)
	if len(wire.Alerts) > 0 {
		state.Alerts = make(map[string]Alert, len(wire.Alerts))
	}
	for name, w := range wire.Alerts {
		state.Alerts[name] = Alert{Generation: w.Generation, At: time.Time(w.At)}
	}
	return state, nil
}

// An empty map is stored, and read, as nil.

func bindingsToWire(all map[string]Binding) map[string]bindingWire {
	if len(all) == 0 {
		return nil
	}
	wire := make(map[string]bindingWire, len(all))
	for key, b := range all {
		wire[key] = bindingWire{b.Account, stamp(b.UsedAt)}
	}
	return wire
}

func bindingsFromWire(wire map[string]bindingWire) map[string]Binding {
	if len(wire) == 0 {
		return nil
	}
	all := make(map[string]Binding, len(wire))
	for key, w := range wire {
		all[key] = Binding{Account: w.Account, UsedAt: time.Time(w.UsedAt)}
	}
	return all
}
