package shown

import (
	"encoding/json"

	"github.com/seed-810f1486/multiaccount/settings"
)

// Setting is one setting that is in effect.
type Setting struct {
	Key    string          `json:"key"`
	Value  json.RawMessage `json:"value"`
	Source string          `json:"source"`
	settings.Origin
}

// SettingOf returns a setting, with the kind of place that its value comes from:
// "default", "environment" or "file".
func SettingOf(e settings.Entry) Setting {
	source := "default"
	switch {
	case e.Origin.Variable != "":
		source = "environment"
	case e.Origin.Line > 0:
		source = "file"
	}
	return Setting{Key: e.Key, Value: json.RawMessage(e.Value), Source: source, Origin: e.Origin}
}
