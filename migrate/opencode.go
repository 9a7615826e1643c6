package migrate

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/seed-810f1486/multiaccount/account"
)

// openCodeEntry is one provider's login in OpenCode's auth.json.
type openCodeEntry struct {
	Type    string `json:"type"`
	Access  string `json:"access"`
	Refresh string `json:"refresh"`
	Expires millis `json:"expires"`
	Key     string `json:"key"`
	Account string `json:"accountId"`
}

// decodeOpenCode reads OpenCode's auth.json: one entry for each provider.
func (c *Contents) decodeOpenCode(entries map[string]json.RawMessage) error {
	known := false
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		var e openCodeEntry
		if parse(entries[name], &e) != nil || e.Type == "" {
			c.skip(name, "it is not an entry that OpenCode writes")
			continue
		}
		known = true
		c.openCodeEntry(name, e)
	}
	if !known {
		return ErrFormat
	}
	return nil
}

func (c *Contents) openCodeEntry(name string, e openCodeEntry) {
	switch {
	case name != anthropicName && name != openaiName:
		c.skip(name, "its provider is not one of "+anthropicName+" and "+openaiName)
	case e.Type == "api":
		c.add(name, account.Record{Provider: name, Credentials: account.Credentials{APIKey: account.NewSecret(e.Key)}})
	case e.Type != "oauth":
		c.skip(name, "its type is neither oauth nor api")
	case name == openaiName:
		c.add(name, chatGPT(account.Record{Organization: e.Account, Credentials: secrets(e.Access, e.Refresh, e.Expires)}, ""))
	default:
		c.add(name, account.Record{Provider: name, Credentials: secrets(e.Access, e.Refresh, e.Expires)})
	}
}
