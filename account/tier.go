package account

import "strings"

// Tiered returns the name for requests to one speed tier of a model,
// "claude-opus-4-8 (fast)"; without a tier, the model itself. A limit of a tier
// does not hold for other requests to the model. A limit of the model holds for
// all its tiers.
func Tiered(model, tier string) string {
	if tier == "" {
		return model
	}
	return model + " (" + tier + ")"
}

// Untiered returns the model of a name that [Tiered] made.
func Untiered(name string) string {
	model, _, _ := strings.Cut(name, " (")
	return model
}
