package docs_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// eventType is one type of package event.
type eventType struct {
	name   string
	fields []eventField
}

// eventField has no wire name when it is embedded.
type eventField struct{ name, wire string }

// eventTypes reads them from the source.
func eventTypes(t *testing.T) []eventType {
	t.Helper()
	files, err := filepath.Glob("../../event/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []eventType
	for _, file := range files {
		for _, found := range regexp.MustCompile(`(?ms)^type (\w+) struct ?\{(.*?)\}$`).FindAllStringSubmatch(read(t, file), -1) {
			all = append(all, eventType{name: found[1], fields: eventFields(found[2])})
		}
	}
	if len(all) < 20 {
		t.Fatalf("only %d events found", len(all))
	}
	return all
}

func eventFields(body string) []eventField {
	var all []eventField
	pattern := regexp.MustCompile(`(?m)^\t([A-Z]\w*) +[^` + "`" + `\n]+?(?: ` + "`" + `json:"(\w+)[^\n]*)?$`)
	for _, found := range pattern.FindAllStringSubmatch(body, -1) {
		all = append(all, eventField{name: found[1], wire: found[2]})
	}
	return all
}

// docs/events.md has every event by its name in JSON, with every field.
func TestEventsPageIsComplete(t *testing.T) {
	page := read(t, "../../docs/events.md")
	rows := map[string]string{"Occurrence": page, "UsageFigure": eventRow(page, "UsageUpdated")}
	for _, e := range eventTypes(t) {
		row, known := rows[e.name]
		if !known {
			row = eventRow(page, e.name)
		}
		if row == "" {
			t.Errorf("docs/events.md does not have %s", e.name)
			continue
		}
		for _, f := range e.fields {
			switch {
			case f.wire == "":
				t.Errorf("%s.%s has no name in JSON", e.name, f.name)
			case !strings.Contains(row, "`"+f.wire+"`"):
				t.Errorf("docs/events.md does not have %s of %s", f.wire, e.name)
			}
		}
	}
}

func eventRow(page, name string) string {
	return regexp.MustCompile("(?m)^\\| `" + snake(name) + "` \\|.*$").FindString(page)
}

// go doc shows no field of an alias, so its comment names them.
func TestEventsOfTheRootNameTheirFields(t *testing.T) {
	source := read(t, "../../events.go") + read(t, "../../status.go")
	for _, e := range eventTypes(t) {
		fields := []string{}
		if e.name != "Occurrence" && e.name != "UsageFigure" {
			fields = append(fields, "Occurrence")
		}
		for _, f := range e.fields {
			fields = append(fields, f.name)
		}
		want := "// Fields: " + strings.Join(fields, ", ") + "; see [event." + e.name + "]."
		if !strings.Contains(source, want) {
			t.Errorf("the root has no alias of event.%s with the comment %q", e.name, want)
		}
	}
}

func snake(name string) string {
	return strings.ToLower(regexp.MustCompile(`(.)([A-Z])`).ReplaceAllString(name, "${1}_${2}"))
}
