package migrate

import (
	"maps"
	"slices"

	"github.com/seed-810f1486/multiaccount/account"
)

// decodeOpenCode reads OpenCode's auth.json: one entry for each provider.
func (c *Contents) decodeOpenCode(file *object) error {
	c.Format = account.FromOpenCode
	known := false
	for _, name := range slices.Sorted(maps.Keys(file.members)) {
		entry := objectOf(file.members[name])
		if entry == nil || !entry.has("type") {
			c.skip(name, "it is not an entry that OpenCode writes")
			continue
		}
		known = true
		c.openCodeEntry(name, entry)
	}
	if !known {
		return ErrFormat
	}
	return nil
}

// openCodeMark stands in an entry where our plugin for OpenCode has logged in: the login
// is in a pool, and the entry holds no secret.
const openCodeMark = "multiaccount"

func (c *Contents) openCodeEntry(name string, e *object) {
	switch kind := e.text("type"); {
	case e.text("key") == openCodeMark, e.text("access") == openCodeMark:
		c.skip(name, "it only says that a login was added by multiaccount")
	case name != anthropicName && name != openaiName:
		c.skip(name, "its provider is not one of "+anthropicName+" and "+openaiName)
	case kind == "api":
		c.add(name, e, account.Record{Provider: name, Credentials: account.Credentials{APIKey: e.secret("key")}})
	case kind == "wellknown":
		c.skip(name, "it is a login at a server of its owner's organization (wellknown), which is not known here")
	case kind != "oauth":
		c.skip(name, "its type is neither oauth nor api")
	case name == openaiName:
		c.add(name, e, chatGPT(account.Record{Credentials: e.openCodeTokens(), Organization: e.header("accountId")}, ""))
	default:
		c.add(name, e, account.Record{Provider: name, Credentials: e.openCodeTokens()})
	}
}

func (o *object) openCodeTokens() account.Credentials {
	return o.tokens("access", "refresh", "expires")
}
