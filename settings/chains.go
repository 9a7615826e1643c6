package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tailscale/hujson"

	"github.com/seed-810f1486/multiaccount/internal/jsonc"
	"github.com/seed-810f1486/multiaccount/internal/models"
)

// chainsKey is the key of [Settings].Chains in the file.
const chainsKey = "chains"

// Link is one pool of a chain.
type Link struct {
	// Pool is the name of its provider.
	Pool string `json:"pool"`
	// Models says which models the pool serves, and what the pool calls them. A key is
	// a pattern in which "*" stands for any text; the most specific pattern holds. A
	// pool without Models serves every model, by the name that was asked for.
	Models map[string]string `json:"models,omitempty"`
}

// The providers whose wire format is known. All others speak what their chain does.
const (
	anthropicName = "anthropic"
	openaiName    = "openai"
)

// reserved are the first parts of paths that mean something else in a gateway.
var reserved = [...]string{"codex", "v1", "responses", "models", "healthz", "readyz", "metrics", "admin"} //nolint:gochecknoglobals // a constant table

// CheckChain says what is wrong with a chain: its name, its pools, or the names of
// models. Whether there are such pools only an engine knows.
func CheckChain(name string, links []Link) error {
	switch err := checkProviderName(name); {
	case err != nil:
		return errors.New(`has a name of other than lower-case letters, digits, "-", "_" and "."`)
	case slices.Contains(reserved[:], name):
		return fmt.Errorf("has a name that is the path of something else in a gateway; none of %s can be a chain's", strings.Join(reserved[:], ", "))
	case len(links) == 0:
		return errors.New(`has no pools; write [{"pool": "anthropic"}, {"pool": "…"}]`)
	}
	if err := checkPools(name, links); err != nil {
		return err
	}
	for i := range links {
		if err := links[i].checkModels(); err != nil {
			return fmt.Errorf("pool %d, %s, %w", i+1, links[i].Pool, err)
		}
	}
	return nil
}

// checkPools checks the pools among each other. A chain goes from one pool to the
// next and never back, so that it has no end that leads to its beginning.
func checkPools(name string, links []Link) error {
	place := map[string]int{}
	for i, l := range links {
		if err := checkProviderName(l.Pool); err != nil {
			return fmt.Errorf("pool %d has no name of a provider: %q", i+1, l.Pool)
		}
		if first, twice := place[l.Pool]; twice {
			return fmt.Errorf("names the pool %s as number %d and again as number %d; a chain goes to each pool once", l.Pool, first, i+1)
		}
		place[l.Pool] = i + 1
	}
	own, isPool := place[name]
	switch {
	case place[anthropicName] > 0 && place[openaiName] > 0:
		return errors.New("has both anthropic and openai, which have different wire formats; nothing is translated, so make a chain for each")
	case name == anthropicName || name == openaiName:
		if !isPool || own != 1 {
			return fmt.Errorf("has the name of a provider that is not its first pool; let it begin with %s, or choose another name", name)
		}
	case own > 1:
		return fmt.Errorf("has the name of its pool number %d; a chain that is named as a provider begins with it", own)
	}
	return nil
}

func (l Link) checkModels() error {
	for _, pattern := range slices.Sorted(maps.Keys(l.Models)) {
		if err := models.Check(pattern); err != nil {
			return fmt.Errorf("has a pattern %s that %w", quote(pattern), err)
		}
		name := l.Models[pattern]
		if err := models.Check(name); err != nil {
			return fmt.Errorf("has a name for %s that %w", quote(pattern), err)
		}
		if strings.Contains(name, "*") {
			return fmt.Errorf(`calls %s by a pattern, %s; that has to be one name`, quote(pattern), quote(name))
		}
	}
	return nil
}

// chains reads all chains.
func (r *reader) chains(v hujson.Value) map[string][]Link {
	all := map[string][]Link{}
	r.members(v, chainsKey, func(key string, m hujson.ObjectMember) {
		links, ok := r.links(m.Value, key)
		if !ok {
			return
		}
		name := jsonc.NameOf(m)
		if err := CheckChain(name, links); err != nil {
			r.report(m.Name, key, err)
		}
		all[name] = links
	})
	return all
}

// links reads the pools of a chain. ok is false when something was reported.
func (r *reader) links(v hujson.Value, key string) (links []Link, ok bool) {
	list, isList := v.Value.(*hujson.Array)
	if !isList {
		r.report(v, key, refuse(`a list of pools, [{"pool": "anthropic"}, …]`, found(v)))
		return nil, false
	}
	before := len(r.found)
	for i, element := range list.Elements {
		var l Link
		r.object(element, fmt.Sprintf("%s.%d", key, i+1), []field{textField("pool", &l.Pool), {"models", func(v hujson.Value) error {
			l.Models = r.texts(v, fmt.Sprintf("%s.%d.models", key, i+1))
			return nil
		}}})
		links = append(links, l)
	}
	return links, len(r.found) == before
}

// texts reads an object whose values are texts.
func (r *reader) texts(v hujson.Value, key string) map[string]string {
	all := map[string]string{}
	r.members(v, key, func(key string, m hujson.ObjectMember) {
		l := literal(m.Value)
		if l.Kind() != '"' {
			r.report(m.Value, key, refuse("a text", found(m.Value)))
			return
		}
		all[jsonc.NameOf(m)] = l.String()
	})
	return all
}

// modelPattern and modelName are what models.Check lets pass, in ASCII.
const (
	modelPattern = "^[!-~]{1,200}$"
	modelName    = "^[!-)+-~]{1,200}$"
)

// chainsSchema is narrower than the loader's rules, but for what the pools of a
// chain have to do with each other.
func chainsSchema() *schema {
	link := object("One pool, and what it calls the models.")
	link.Properties["pool"] = &schema{Type: "string", Description: "The name of its provider.", Pattern: providerNamePattern}
	link.Properties["models"] = &schema{
		Type: "object", Description: `Models that it serves, by patterns with "*", and what it calls them; left out, every model by its own name.`,
		PropertyNames: &schema{Pattern: modelPattern}, AdditionalProperties: &schema{Type: "string", Pattern: modelName},
	}
	link.Required = []string{"pool"}
	return &schema{
		Type: "object", Description: "Pools of one wire format, the next of which serves when one cannot, by the chains' names.",
		PropertyNames: &schema{Pattern: providerNamePattern}, AdditionalProperties: &schema{Type: "array", MinItems: 1, Items: &link},
	}
}

// shownChains are the chains as the file would have them.
func shownChains(s *Settings) string { return shownJSON(len(s.Chains), s.Chains) }

// shownPrices are the prices as the file would have them.
func shownPrices(s *Settings) string { return shownJSON(len(s.Prices), s.Prices) }

// shownJSON writes what is no single value; empty when there is nothing.
func shownJSON(size int, v any) string {
	if size == 0 {
		return ""
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic("settings: a value does not encode: " + err.Error())
	}
	return string(text)
}
