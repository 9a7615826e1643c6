package openai

// PlanLabel returns the name of a plan for people: "plus" is "ChatGPT Plus". An
// unknown plan is returned as it is.
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
