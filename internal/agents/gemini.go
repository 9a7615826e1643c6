package agents

import (
	"fmt"

	"github.com/seed-810f1486/multiaccount/internal/confedit"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// gemini is Google's Gemini CLI. It sends its key in x-goog-api-key.
func gemini() Agent {
	return Agent{
		Name: "gemini", Title: "Gemini CLI", Command: "gemini", Install: "npm install -g @google/gemini-cli",
		Providers: []string{"gemini"}, point: pointGemini, targets: geminiTargets, rivals: rivalsOfGemini,
	}
}

// geminiRivals returns the variables that make it use something else.
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
	return chosenGeminiAuth(c)
}

// geminiAuth is the setting that makes it use a key. Without this setting and with a
// base URL it chooses a way to log in that it then refuses without a terminal.
func geminiAuth() Change {
	return Change{Key: confedit.Key{"security", "auth", "selectedType"}, Value: "gemini-api-key"}
}

// chosenGeminiAuth is an error when the user's settings keep it from using a key: they
// cannot be overridden for one call.
func chosenGeminiAuth(c *Call) error {
	path := geminiSettings()
	text, err := persistence.ReadOwn(path)
	if err != nil {
		return err
	}
	chosen, ok, err := confedit.JSON.Get(text, geminiAuth().Key)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	case !ok:
		c.note("Gemini CLI has not been told to use a key, and refuses to run without a terminal: \"multiaccount setup gemini\" tells it")
	case chosen != geminiAuth().Value:
		return fmt.Errorf("%s is %v in %s, with which Gemini CLI goes past the gateway: \"multiaccount setup gemini\" changes it", geminiAuth().Key, chosen, path)
	}
	return nil
}

func geminiSettings() string { return userFile(".gemini", "settings.json") }

// geminiTargets are the user's settings, and the file of variables that Gemini CLI
// reads where no folder above has one.
func geminiTargets(_ *Call, g Gate) []Target {
	t := Target{Path: userFile(".gemini", ".env"), Format: confedit.Variables}
	for _, v := range geminiVariables(g) {
		t.Changes = append(t.Changes, Change{Key: confedit.Key{v.name}, Value: v.value})
	}
	return []Target{t, {Path: geminiSettings(), Format: confedit.JSON, Changes: []Change{geminiAuth()}}}
}

func rivalsOfGemini(c *Call, _ Gate) []string {
	return c.setRivals("Gemini CLI would use it in place of the accounts", append(geminiRivals(), "GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL")...)
}
