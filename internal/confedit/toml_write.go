package confedit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// tomlValue writes a value on one line.
func tomlValue(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return tomlText(v), nil
	case bool:
		return strconv.FormatBool(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case []any:
		all := make([]string, len(v))
		for i := range v {
			written, err := tomlValue(v[i])
			if err != nil {
				return "", err
			}
			all[i] = written
		}
		return "[" + strings.Join(all, ", ") + "]", nil
	}
	return "", ErrCannotChange
}

// tomlText writes a string with the escapes that TOML knows.
func tomlText(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}

// tomlName writes a key.
func tomlName(key Key) string {
	const bare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
	names := make([]string, len(key))
	for i, name := range key {
		if names[i] = name; name == "" || strings.Trim(name, bare) != "" {
			names[i] = tomlText(name)
		}
	}
	return strings.Join(names, ".")
}

// quotedKey is the name that a key in quotes has.
func quotedKey(quoted string) string {
	var read map[string]any
	if toml.Unmarshal([]byte(quoted+" = 1"), &read) == nil {
		for name := range read {
			return name
		}
	}
	return quoted
}
