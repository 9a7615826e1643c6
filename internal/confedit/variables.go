package confedit

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// variablesEditor is for lines NAME=value, as a shell and dotenv read them.
type variablesEditor struct{}

// assigned takes a line that sets a variable apart; name is empty for any other.
func assigned(line string) (name, value string) {
	found := regexp.MustCompile(`^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*?)[ \t]*$`).FindStringSubmatch(line)
	if found == nil {
		return "", ""
	}
	return found[1], unquoted(found[2])
}

// unquoted is a value without its quotes.
func unquoted(value string) string {
	if n := len(value); n > 1 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		return value[1 : n-1]
	}
	return value
}

func (variablesEditor) read(data []byte) (map[string]any, error) {
	all := map[string]any{}
	for line := range strings.SplitSeq(string(data), "\n") {
		if name, value := assigned(line); name != "" {
			all[name] = value
		}
	}
	return all, nil
}

// set replaces the last line that sets it, else it appends one.
func (variablesEditor) set(data []byte, key Key, value any) ([]byte, error) {
	line := key.String() + "=" + fmt.Sprint(value)
	lines := strings.Split(string(data), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if name, _ := assigned(lines[i]); name == key.String() {
			lines[i] = line
			return []byte(strings.Join(lines, "\n")), nil
		}
	}
	if len(data) > 0 {
		data = ended(data)
	}
	return append(bytes.Clone(data), line+"\n"...), nil
}

// remove removes all lines that set it.
func (variablesEditor) remove(data []byte, key Key) ([]byte, error) {
	var kept []string
	for line := range strings.SplitSeq(string(data), "\n") {
		if name, _ := assigned(line); name != key.String() {
			kept = append(kept, line)
		}
	}
	return []byte(strings.Join(kept, "\n")), nil
}
