package agents

import "github.com/seed-810f1486/multiaccount/internal/confedit"

// gemini is Google's Gemini CLI. It sends its key in x-goog-api-key.
func gemini() Agent {
	return Agent{
		Name: "gemini", Title: "Gemini CLI", Command: "gemini", Install: "npm install -g @google/gemini-cli",
		Providers: []string{"gemini"}, point: pointGemini, targets: geminiTargets, rivals: rivalsOfGemini,
	}
}

// geminiRivals are variables that have it use something else.
func geminiRivals() []string {
	return []string{"GOOGLE_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_GCA"}
}

func geminiVariables(g Gate) []pair {
	return []pair{{"GOOGLE_GEMINI_BASE_URL", g.url("/gemini")}, {"GEMINI_API_KEY", g.Token}}
}

func pointGemini(c *Call, g Gate) error {
	c.keep(geminiRivals()...)
	for _, v := range geminiVariables(g) {
		c.Set(v.name, v.value)
	}
	return nil
}

// geminiTargets is the user's file of variables, which Gemini CLI reads where no
// folder above has one.
func geminiTargets(_ *Call, g Gate) []Target {
	t := Target{Path: userFile(".gemini", ".env"), Format: confedit.Variables}
	for _, v := range geminiVariables(g) {
		t.Changes = append(t.Changes, Change{Key: confedit.Key{v.name}, Value: v.value})
	}
	return []Target{t}
}

func rivalsOfGemini(c *Call, _ Gate) []string {
	return c.setRivals("Gemini CLI would use it in place of the accounts", append(geminiRivals(), "GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL")...)
}
