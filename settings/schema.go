package settings

import (
	"encoding/json"
	"strings"
)

// schemaDialect is the version of JSON Schema that [Schema] is written in.
const schemaDialect = "https://json-schema.org/draft/2020-12/schema"

// schema is the part of JSON Schema that settings need.
type schema struct {
	Dialect              string              `json:"$schema,omitempty"`
	Title                string              `json:"title,omitempty"`
	Description          string              `json:"description,omitempty"`
	Type                 string              `json:"type,omitempty"`
	Enum                 []Strategy          `json:"enum,omitempty"`
	Minimum              *int64              `json:"minimum,omitempty"`
	Maximum              *int64              `json:"maximum,omitempty"`
	AnyOf                []schema            `json:"anyOf,omitempty"`
	Pattern              string              `json:"pattern,omitempty"`
	PrefixItems          []schema            `json:"prefixItems,omitempty"`
	Items                *schema             `json:"items,omitempty"`
	MinItems             int                 `json:"minItems,omitempty"`
	Required             []string            `json:"required,omitempty"`
	DependentRequired    map[string][]string `json:"dependentRequired,omitempty"`
	Default              json.RawMessage     `json:"default,omitempty"`
	PropertyNames        *schema             `json:"propertyNames,omitempty"`
	Properties           map[string]*schema  `json:"properties,omitempty"`
	AdditionalProperties any                 `json:"additionalProperties,omitempty"`
}

// Schema returns the JSON Schema of the settings file, for editors. [Load]
// accepts what the schema accepts, with three exceptions: a number must be
// written without a point (not 1.0), a key may appear only once, and the pools of
// a chain have rules among each other.
func Schema() []byte {
	root := object("The settings of multiaccount: JSON with comments and trailing commas.")
	root.Dialect, root.Title = schemaDialect, "multiaccount settings"
	provider := object("What differs for one provider.")
	for _, k := range table() {
		all, one := k.schema(), k.schema()
		one.Default = nil // it is what holds for all
		root.Properties[k.describe().Name] = &all
		provider.Properties[k.describe().Name] = &one
	}
	for _, e := range endpoints() {
		s := e.schema()
		provider.Properties[e.name] = &s
	}
	root.Properties[schemaKey] = &schema{Type: "string", Description: "Where an editor finds this schema."}
	root.Properties[storeKey] = storeSchema()
	root.Properties[chainsKey] = chainsSchema()
	root.Properties[pricesKey], root.Properties[currencyKey] = pricesSchema(), currencySchema()
	root.Properties[providersKey] = &schema{
		Type: "object", Description: "What differs for single providers, by their names.",
		PropertyNames: &schema{Pattern: providerNamePattern}, AdditionalProperties: &provider,
	}
	text, err := json.MarshalIndent(&root, "", "  ")
	if err != nil {
		panic(err) // a value of this package's own that no test has seen
	}
	return append(text, '\n')
}

func object(description string) schema {
	return schema{
		Type: "object", Description: description,
		Properties: map[string]*schema{}, AdditionalProperties: false,
	}
}

func wholeNumber(least, most int64) schema {
	return schema{Type: "integer", Minimum: &least, Maximum: &most}
}

// sentence makes one of a help text.
func sentence(help string) string { return strings.ToUpper(help[:1]) + help[1:] + "." }

// values are all that the schema allows, nil for more than a few.
func (s schema) values() []string {
	if s.Type == "boolean" {
		return []string{"true", "false"}
	}
	var all []string
	for _, value := range s.Enum {
		all = append(all, string(value))
	}
	return all
}
