package persistence

import (
	"math"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

func limitsToWire(limits []account.Limit) []limitWire {
	wire := make([]limitWire, len(limits))
	for i, l := range limits {
		wire[i] = limitWire{l.Scope, l.Model, l.Source, l.Reason, stamp(l.SeenAt), stamp(l.Until), l.Unstated, l.Window, l.Owner, l.Paid}
	}
	return wire
}

func limitsFromWire(wire []limitWire) []account.Limit {
	if len(wire) == 0 {
		return nil
	}
	limits := make([]account.Limit, len(wire))
	for i, w := range wire {
		limits[i] = account.Limit{
			Scope: w.Scope, Model: w.Model, Source: w.Source, Reason: w.Reason,
			SeenAt: time.Time(w.SeenAt), Until: time.Time(w.Until), Unstated: w.Unstated, Window: w.Window, Owner: w.Owner, Paid: w.Paid,
		}
	}
	return limits
}

func freedToWire(freed []account.Freed) []freedWire {
	wire := make([]freedWire, len(freed))
	for i, f := range freed {
		wire[i] = freedWire{f.Scope, f.Model, f.Reason, stamp(f.At)}
	}
	return wire
}

func freedFromWire(wire []freedWire) []account.Freed {
	if len(wire) == 0 {
		return nil
	}
	freed := make([]account.Freed, len(wire))
	for i, w := range wire {
		freed[i] = account.Freed{Scope: w.Scope, Model: w.Model, Reason: w.Reason, At: time.Time(w.At)}
	}
	return freed
}

// usageToWire leaves out a figure that JSON has no number for: it says nothing,
// and must not keep a token from being stored.
func usageToWire(usage []account.UsageWindow) []usageWire {
	wire := make([]usageWire, 0, len(usage))
	for _, u := range usage {
		if math.IsNaN(u.Utilization) || math.IsInf(u.Utilization, 0) {
			continue
		}
		wire = append(wire, usageWire{u.Name, u.Utilization, span(u.Length), u.Soft, u.Partial, u.Paid, stamp(u.ResetAt), stamp(u.SeenAt)})
	}
	return wire
}

func usageFromWire(wire []usageWire) []account.UsageWindow {
	if len(wire) == 0 {
		return nil
	}
	usage := make([]account.UsageWindow, len(wire))
	for i, w := range wire {
		usage[i] = account.UsageWindow{
			Name: w.Name, Utilization: w.Utilization, Length: time.Duration(w.Length), Soft: w.Soft, Partial: w.Partial, Paid: w.Paid,
			ResetAt: time.Time(w.ResetAt), SeenAt: time.Time(w.SeenAt),
		}
	}
	return usage
}
