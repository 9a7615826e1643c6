package agents

// pointAny sets the variables that SDKs and many programs know.
func pointAny(c *Call, g Gate) error {
	c.Set("ANTHROPIC_BASE_URL", g.url("/anthropic"))
	c.Set("ANTHROPIC_AUTH_TOKEN", g.Token)
	c.Set("ANTHROPIC_API_KEY", g.Token)
	c.Set("OPENAI_BASE_URL", g.url("/openai/v1"))
	c.Set("OPENAI_API_KEY", g.Token)
	c.suggest("CLAUDE_CODE_MAX_RETRIES", "2")
	return nil
}
