package admin_test

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// The page's examples are requests that the description has.
func TestExamplesAreDescribed(t *testing.T) {
	page, err := os.ReadFile("../../docs/admin.md")
	rig.Must(t, err)
	example := regexp.MustCompile(`curl (?:-N |-H "[^"]*" )?(?:-X ([A-Z]+) )?"?\$GATEWAY(/admin/v1[^ "` + "`\n]*)\"?(?: -d '([^']*)')?")
	found := example.FindAllStringSubmatch(string(page), -1)
	if len(found) < 15 || len(found) != strings.Count(string(page), "curl ") {
		t.Errorf("%d examples are read of %d", len(found), strings.Count(string(page), "curl "))
	}
	for _, f := range found {
		method, path, body := f[1], f[2], f[3]
		if method == "" {
			method = http.MethodGet
		}
		req, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+strings.ReplaceAll(path, "$", ""), strings.NewReader(body))
		rig.Must(t, err)
		req.Header.Set("Authorization", "Bearer x")
		if body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		if ok, errs := described().ValidateHttpRequestSync(req); !ok {
			t.Errorf("%s: %v", f[0], errs)
		}
	}
}
