package anthropic

import "github.com/seed-810f1486/multiaccount/providers/internal/exchange"

// PlanLabel returns how a plan is shown to people: "max" is "Claude Max". A
// plan that is not known is shown as it is.
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
