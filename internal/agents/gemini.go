package agents

// gemini is Google's Gemini CLI. It sends its key in x-goog-api-key.
func gemini() Agent {
	return Agent{
		Name: "gemini", Title: "Gemini CLI", Command: "gemini", Install: "npm install -g @google/gemini-cli",
		Providers: []string{"gemini"}, point: pointGemini,
	}
}

func pointGemini(c *Call, g Gate) error {
	c.keep("GOOGLE_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_GCA")
	c.Set("GOOGLE_GEMINI_BASE_URL", g.url("/gemini"))
	c.Set("GEMINI_API_KEY", g.Token)
	return nil
}
