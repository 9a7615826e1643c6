package settings

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/tailscale/hujson"

	"github.com/seed-810f1486/multiaccount/internal/nearest"
)

// variablePrefix is what the names of all our environment variables begin with.
const variablePrefix = "MULTIACCOUNT_"

// Variables that are no settings.
const (
	dirVariable        = "MULTIACCOUNT_DIR"
	passphraseVariable = "MULTIACCOUNT_PASSPHRASE"
	// GatewayURLVariable and GatewayTokenVariable tell a program that "run" starts
	// where the gateway is, and its token there.
	GatewayURLVariable   = "MULTIACCOUNT_GATEWAY_URL"
	GatewayTokenVariable = "MULTIACCOUNT_GATEWAY_TOKEN"
	// binaryVariable tells plugins where the program is.
	binaryVariable = "MULTIACCOUNT_BINARY"
)

// isNoSetting reports whether a variable of ours says something else.
func isNoSetting(name string) bool {
	switch name {
	case dirVariable, passphraseVariable, GatewayURLVariable, GatewayTokenVariable, binaryVariable:
		return true
	}
	return false
}

// variable returns the environment variable of a setting.
func variable(key string) string { return variablePrefix + strings.ToUpper(key) }

// applyEnvironment lays over s what the environment sets, which is read as
// strictly as the file, and notes where it came from.
func (r *reader) applyEnvironment(s *Settings) {
	byVariable := map[string]key{}
	for _, k := range table() {
		byVariable[k.describe().Variable] = k
	}
	environment := os.Environ()
	slices.Sort(environment) // the order of the problems
	for _, pair := range environment {
		name, text, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, variablePrefix) || isNoSetting(name) {
			continue
		}
		k, known := byVariable[name]
		err := unknownVariable(name)
		if known {
			err = k.read(s, written(k, text))
			r.origins[k.describe().Name] = Origin{Variable: name}
		}
		if err != nil {
			r.found = append(r.found, Problem{Variable: name, Message: err.Error()})
		}
	}
}

// written returns what somebody typed outside a file: JSON, or text without
// its quotes.
func written(k interface{ schema() schema }, text string) hujson.Value {
	return typed(text, k.schema().Type == "string")
}

// typed is written for a key whose value is a text, or is none.
func typed(text string, isText bool) hujson.Value {
	if !isText || strings.HasPrefix(text, `"`) {
		v, err := hujson.Parse([]byte(text + "\n"))
		if err == nil {
			v.Standardize()
			return v
		}
	}
	return hujson.Value{Value: hujson.String(text)}
}

// unknownVariable says what the writer of a variable that does not exist may
// have meant.
func unknownVariable(name string) error {
	names := []string{dirVariable, passphraseVariable}
	for _, k := range table() {
		names = append(names, k.describe().Variable)
	}
	if meant := nearest.Of(name, names); meant != "" {
		return fmt.Errorf("no such variable; did you mean %s?", meant)
	}
	return errors.New("no such variable; a setting's is called " + variablePrefix + "<KEY>, as in " + variable("max_wait_ms"))
}
