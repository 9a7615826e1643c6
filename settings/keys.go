package settings

import "strings"

// Key describes one setting, for help texts and documentation.
type Key struct {
	// Name is the key in the file.
	Name string
	// Default and Allowed are written as in the file. Default is empty for
	// endpoints, whose default is the provider's own.
	Default string
	Allowed string
	// Variable is the environment variable that sets it for one process; empty for
	// endpoints.
	Variable string
	// Help says in one line what the setting does.
	Help string
	// ProviderOnly is set for keys that are allowed only under "providers.<name>".
	// All others are allowed there and at the top.
	ProviderOnly bool
}

// Keys returns all settings, in the order of the documentation.
func Keys() []Key {
	var all []Key
	for _, k := range table() {
		all = append(all, k.describe())
	}
	for _, e := range endpoints() {
		all = append(all, e.describe())
	}
	return all
}

// Values returns all that a setting may be, where those are few; nil for others, and
// for a name that is no setting's. The name may be that of one provider
// ("providers.openai.debug").
func Values(name string) []string {
	name = name[strings.LastIndexByte(name, '.')+1:]
	for _, k := range table() {
		if k.describe().Name == name {
			return k.schema().values()
		}
	}
	return nil
}

const (
	providersKey = "providers"
	// schemaKey is for editors, which look there for the schema.
	schemaKey = "$schema"
)
