package anthropic

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

// plan reads the two flags of a profile; nil means that it was not told.
func plan(pro, maximum *bool) string {
	switch {
	case maximum != nil && *maximum:
		return PlanLabel("max")
	case pro != nil && *pro:
		return PlanLabel("pro")
	case pro != nil && maximum != nil:
		return PlanLabel("free")
	}
	return ""
}
