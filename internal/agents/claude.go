package agents

// claude is Claude Code. It takes ANTHROPIC_BASE_URL without /v1, and passes its
// environment to its background agents.
func claude() Agent {
	return Agent{
		Name: "claude", Title: "Claude Code", Command: "claude", Install: "npm install -g @anthropic-ai/claude-code",
		Providers: []string{"anthropic"}, point: pointClaude,
	}
}

func pointClaude(c *Call, g Gate) error {
	c.keep("ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY")
	c.Set("ANTHROPIC_BASE_URL", g.url("/anthropic"))
	c.Set("ANTHROPIC_AUTH_TOKEN", g.Token)
	c.suggest("CLAUDE_CODE_MAX_RETRIES", "2") // the gateway tries again itself
	return nil
}
