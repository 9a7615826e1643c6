package account

import "strings"

// Tiered returns the name by which the requests of one speed tier of a model
// are known, "claude-opus-4-8 (fast)". Without a tier it is the model itself.
// What limits a tier leaves the model's other requests alone; what limits the
// model limits all its tiers.
func Tiered(model, tier string) string {
	if tier == "" {
		return model
	}
	return model + " (" + tier + ")"
}

// Untiered returns the model of such a name.
func Untiered(name string) string {
	model, _, _ := strings.Cut(name, " (")
	return model
}
