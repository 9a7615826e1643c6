package migrate

import (
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
)

// decodeClaude reads Claude Code's .credentials.json.
func (c *Contents) decodeClaude(file *object) {
	const name = "claudeAiOauth"
	c.Format = account.FromClaudeCode
	login := objectOf(file.members[name])
	switch {
	case login != nil && len(login.members) > 0:
		c.add(name, login, account.Record{
			Provider: anthropicName, Plan: anthropic.PlanLabel(login.text("subscriptionType")), Credentials: claudeTokens(login),
		})
	case file.has(name):
		c.skip(name, notAnObject)
	case file.has("mcpOAuth"):
		c.skip("mcpOAuth", "these are logins of MCP servers alone: log in with Claude Code first")
	case file.names("oauthAccount"):
		c.skip("oauthAccount", "these are Claude Code's settings: its login is in .credentials.json, or in the keychain of the system")
	default:
		c.skip(name, "nobody is logged in: log in with Claude Code first")
	}
}

func claudeTokens(login *object) account.Credentials {
	creds := login.tokens("accessToken", "refreshToken", "expiresAt")
	creds.Scopes = login.words("scopes")
	return creds
}

const notAnObject = "it is no object, which a login is"
