package docs_test

import (
	"regexp"
	"strings"
	"testing"
)

// docs/events.md has every event by its name in JSON, with every field.
func TestEventsPageIsComplete(t *testing.T) {
	page, source := read(t, "../../docs/events.md"), read(t, "../../messages/events.go")
	events := regexp.MustCompile(`(?ms)^type (\w+) struct ?\{(.*?)\}$`).FindAllStringSubmatch(source, -1)
	if len(events) < 10 {
		t.Fatalf("only %d events found", len(events))
	}
	fields := regexp.MustCompile(`(?m)^\t([A-Z]\w*) +[^` + "`" + `\n]+?(?: ` + "`" + `json:"(\w+)[^\n]*)?$`)
	for _, e := range events {
		row := page
		if e[1] != "Occurrence" {
			name := snake(e[1])
			row = regexp.MustCompile("(?m)^\\| `" + name + "` \\|.*$").FindString(page)
			if row == "" {
				t.Errorf("docs/events.md does not have %s", name)
				continue
			}
		}
		for _, f := range fields.FindAllStringSubmatch(e[2], -1) {
			switch {
			case f[2] == "":
				t.Errorf("%s.%s has no name in JSON", e[1], f[1])
			case !strings.Contains(row, "`"+f[2]+"`"):
				t.Errorf("docs/events.md does not have %s of %s", f[2], e[1])
			}
		}
	}
}

func snake(name string) string {
	return strings.ToLower(regexp.MustCompile(`(.)([A-Z])`).ReplaceAllString(name, "${1}_${2}"))
}
