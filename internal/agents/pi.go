package agents

import (
	"fmt"
	"strings"

	"github.com/seed-810f1486/multiaccount/internal/confedit"
)

// pi is the coding agent pi. A base URL is given to it by an extension, which stays
// in the state directory: pi reads it when it starts.
func pi() Agent {
	return Agent{
		Name: "pi", Title: "pi", Command: "pi", Install: "npm install -g @earendil-works/pi-coding-agent",
		Providers: []string{"anthropic", "openai"}, point: pointPi, targets: piTargets,
	}
}

func pointPi(c *Call, g Gate) error {
	served := pi().served(g)
	var lines strings.Builder
	for _, name := range served {
		fmt.Fprintf(&lines, "  pi.registerProvider(%q, { baseUrl: url + %q });\n", name, rootOf(name))
		c.Set(strings.ToUpper(name)+"_API_KEY", g.Token)
	}
	path, err := g.write("pi-"+strings.Join(served, "-")+".js", fmt.Appendf(nil, piExtension, lines.String()))
	c.Args = append(c.Args, "--extension", path)
	return err
}

func piTargets(c *Call, g Gate) []Target {
	t := Target{Path: c.below("PI_CODING_AGENT_DIR", "models.json", ".pi", "agent"), Format: confedit.JSON}
	for _, name := range pi().served(g) {
		t.Changes = append(t.Changes,
			Change{Key: confedit.Key{"providers", name, "baseUrl"}, Value: g.url(rootOf(name))},
			Change{Key: confedit.Key{"providers", name, "apiKey"}, Value: g.Token})
	}
	return []Target{t}
}

// piExtension takes the address from the environment, so that the file is the same
// for all calls.
const piExtension = `// Points pi at the gateway.
const url = process.env.` + URLVariable + `;
export default function (pi) {
  if (!url) return;
%s}
`
