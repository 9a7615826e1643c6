package openai

// PlanLabel returns how a plan is shown to people: "plus" is "ChatGPT Plus".
// A plan that is not known is shown as it is.
func PlanLabel(plan string) string {
	switch plan {
	case "pro":
		return "ChatGPT Pro"
	case "plus":
		return "ChatGPT Plus"
	case "go":
		return "ChatGPT Go"
	case "free":
		return "Free"
	}
	return plan
}
