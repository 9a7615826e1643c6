package agents

// crush is Charm's Crush. Its own list of providers takes keys and addresses from
// these variables.
func crush() Agent {
	return Agent{
		Name: "crush", Title: "Crush", Command: "crush", Install: "npm install -g @charmland/crush",
		Providers: []string{"anthropic", "openai"}, point: pointCrush,
	}
}

func pointCrush(c *Call, g Gate) error {
	for _, name := range crush().served(g) {
		switch name {
		case "anthropic":
			c.Set("ANTHROPIC_API_KEY", g.Token)
			c.Set("ANTHROPIC_API_ENDPOINT", g.url("/anthropic"))
		case "openai":
			c.Set("OPENAI_API_KEY", g.Token)
			c.Set("OPENAI_API_ENDPOINT", g.url("/openai/v1"))
		}
	}
	return nil
}
