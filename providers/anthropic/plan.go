package anthropic

import "github.com/seed-810f1486/multiaccount/providers/internal/exchange"

// PlanLabel returns the name of a plan for people: "max" is "Claude Max". An
// unknown plan is returned as it is.
func PlanLabel(plan string) string {
	switch plan {
	case "max":
		return "Claude Max"
	case "pro":
		return "Claude Pro"
	case "free":
		return "Free"
	}
	return plan
}

// plan reads the two flags of a profile.
func plan(pro, maximum exchange.Told[bool]) string {
	switch {
	case maximum.Value:
		return PlanLabel("max")
	case pro.Value:
		return PlanLabel("pro")
	case pro.OK && maximum.OK:
		return PlanLabel("free")
	}
	return ""
}
