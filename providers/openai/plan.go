package openai

import "cmp"

// plans are the names of plans for people, by the server's.
func plans() map[string]string {
	return map[string]string{"pro": "ChatGPT Pro", "plus": "ChatGPT Plus", "go": "ChatGPT Go", "free": "Free"}
}

// PlanLabel returns the name of a plan for people: "plus" is "ChatGPT Plus". An
// unknown plan is returned as it is.
func PlanLabel(plan string) string { return cmp.Or(plans()[plan], plan) }

// planName returns the server's name of a plan that [PlanLabel] has named.
func planName(label string) string {
	for name, known := range plans() {
		if known == label {
			return name
		}
	}
	return label
}
