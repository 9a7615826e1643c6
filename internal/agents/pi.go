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

// piHeader is a header with the token. pi prefers a login of its own to the key that it
// is given, and sends that in the place of the token; the gateway looks at both.
const piHeader = "x-api-key"

// piProvider is a provider of pi's, and its path at the gateway.
type piProvider struct {
	name, path string
	// keyless is set for one that takes no key: it is there for who has logged in to it.
	keyless bool
}

// piProviders are those of pi's that use the accounts of a provider.
func piProviders(g Gate) []piProvider {
	var all []piProvider
	for _, name := range pi().served(g) {
		all = append(all, piProvider{name: name, path: rootOf(name)})
		if name == "openai" {
			all = append(all, piProvider{"openai-codex", "/codex", true})
		}
	}
	return all
}

func pointPi(c *Call, g Gate) error {
	var lines strings.Builder
	for _, p := range piProviders(g) {
		fmt.Fprintf(&lines, "  pi.registerProvider(%q, { baseUrl: url + %q, headers });\n", p.name, p.path)
		if !p.keyless {
			c.Set(strings.ToUpper(p.name)+"_API_KEY", g.Token)
		}
	}
	path, err := g.write("pi-"+strings.Join(pi().served(g), "-")+".js", fmt.Appendf(nil, piExtension, lines.String()))
	c.Args = append(c.Args, "--extension", path)
	return err
}

func piTargets(c *Call, g Gate) []Target {
	t := Target{Path: c.below("PI_CODING_AGENT_DIR", "models.json", ".pi", "agent"), Format: confedit.JSON}
	for _, p := range piProviders(g) {
		key := func(names ...string) confedit.Key { return append(confedit.Key{"providers", p.name}, names...) }
		t.Changes = append(t.Changes, Change{Key: key("baseUrl"), Value: g.url(p.path)})
		if !p.keyless {
			t.Changes = append(t.Changes, Change{Key: key("apiKey"), Value: g.Token})
		}
		t.Changes = append(t.Changes, Change{Key: key("headers", piHeader), Value: g.Token})
	}
	return []Target{t}
}

// piExtension takes the address and the token from the environment, so that the file is
// the same for all calls.
const piExtension = `// Points pi at the gateway.
const url = process.env.` + URLVariable + `;
const headers = { "` + piHeader + `": process.env.` + TokenVariable + ` };
export default function (pi) {
  if (!url) return;
%s}
`
