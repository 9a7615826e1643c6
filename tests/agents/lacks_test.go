package agents_test

// What keeps an agent from a rule, as the page says it; empty for nothing.

func lacksLogins(a agent) string {
	if a.keys {
		return "its accounts are keys, which do not expire"
	}
	return ""
}

func lacksDoor(a agent) string {
	if a.starts {
		return "nobody else knows the address of the gateway that the plugin starts"
	}
	return ""
}

func lacksAgents(a agent) string {
	if a.delegate == nil {
		return "it has no sub-agents"
	}
	return ""
}

func lacksBackground(a agent) string {
	if a.delegate == nil {
		return lacksAgents(a)
	}
	return a.noBackground
}

func lacksCommand(a agent) string {
	if a.name == codexPlain().name {
		return "the command sets it up with WebSockets"
	}
	return ""
}

func lacksSetup(a agent) string {
	if a.starts {
		return "the plugin is what sets it up"
	}
	return lacksCommand(a)
}
