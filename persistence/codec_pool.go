package persistence

import "time"

// encodePool returns what a pool remembers as the content of its file.
func encodePool(state *PoolState) ([]byte, error) {
	wire := poolWire{
		Version: formatVersion, Active: state.Active, ImportedAt: stamp(state.ImportedAt),
		Limits: limitsToWire(state.Limits), Freed: freedToWire(state.Freed),
	}
	if len(state.Bindings) > 0 {
		wire.Bindings = make(map[string]bindingWire, len(state.Bindings))
	}
	for affinity, b := range state.Bindings {
		wire.Bindings[affinity] = bindingWire{b.Account, stamp(b.UsedAt)}
	}
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
		Active: wire.Active, ImportedAt: time.Time(wire.ImportedAt), Unknown: unknown,
		Limits: limitsFromWire(wire.Limits), Freed: freedFromWire(wire.Freed),
	}
	if len(wire.Bindings) > 0 {
		state.Bindings = make(map[string]Binding, len(wire.Bindings))
	}
	for affinity, w := range wire.Bindings {
		state.Bindings[affinity] = Binding{Account: w.Account, UsedAt: time.Time(w.UsedAt)}
	}
	if len(wire.Alerts) > 0 {
		state.Alerts = make(map[string]Alert, len(wire.Alerts))
	}
	for name, w := range wire.Alerts {
		state.Alerts[name] = Alert{Generation: w.Generation, At: time.Time(w.At)}
	}
	return state, nil
}
