package admin

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestRoutesAreDescribed holds the routes against the description, both ways.
func TestRoutesAreDescribed(t *testing.T) {
	var description struct {
		Paths map[string]map[string]any
	}
	if err := json.Unmarshal(openAPI, &description); err != nil {
		t.Fatal(err)
	}
	var routes, described []string
	for path, all := range (&Admin{}).routes() {
		for method := range all {
			routes = append(routes, method+" "+path)
		}
	}
	for path, item := range description.Paths {
		for member := range maps.Keys(item) {
			if member != "parameters" {
				described = append(described, strings.ToUpper(member)+" "+path)
			}
		}
	}
	slices.Sort(routes)
	slices.Sort(described)
	if !slices.Equal(routes, described) {
		t.Errorf("served:\n%s\ndescribed:\n%s", strings.Join(routes, "\n"), strings.Join(described, "\n"))
	}
}
