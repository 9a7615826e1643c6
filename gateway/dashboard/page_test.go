package dashboard

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The page and its parts are there for everybody, and nothing keeps or frames them.
func TestPage(t *testing.T) {
	s := newSite(t)
	for path, kind := range map[string]string{
		"/": "text/html", "/dashboard": "text/html", "/dashboard/main.js": "text/javascript", "/dashboard/style.css": "text/css",
		"/dashboard/icon.svg": "image/svg+xml", "/dashboard/vendor/uplot.js": "text/javascript",
	} {
		resp := s.do(t, http.MethodGet, path, "")
		h := resp.header
		if resp.status != http.StatusOK || !strings.HasPrefix(h.Get("Content-Type"), kind) {
			t.Errorf("%s: HTTP %d, %s", path, resp.status, h.Get("Content-Type"))
		}
		if h.Get("Content-Security-Policy") != policy || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, h)
		}
	}
	for _, path := range []string{"/dashboard/nothing", "/dashboard/page/index.html", "/dashboard/../dashboard.go", "/index.html"} {
		if resp := s.do(t, http.MethodGet, path, ""); resp.status == http.StatusOK {
			t.Errorf("%s is served", path)
		}
	}
}

// The page has words for each event.
func TestEventsHaveWords(t *testing.T) {
	words, err := fs.ReadFile(files, "page/words.js")
	must(t, err)
	sources, err := filepath.Glob("../../event/*.go")
	must(t, err)
	seen := 0
	for _, source := range sources {
		text, err := os.ReadFile(source)
		must(t, err)
		for _, name := range regexp.MustCompile(`(?m)^\tName\w+ Name = "(\w+)"`).FindAllSubmatch(text, -1) {
			if seen++; !strings.Contains(string(words), "\n  "+string(name[1])+": (") {
				t.Errorf("words.js has no phrase for %s", name[1])
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d events were found", seen)
	}
}

// Nothing of the page is from elsewhere, and nothing is what the policy forbids.
func TestPageIsWhole(t *testing.T) {
	foreign := regexp.MustCompile(`(?:src|href|url|import|from)\s*[=(]?\s*["']?(?:https?:)?//`)
	inline := regexp.MustCompile(`<script>|<style|\sstyle="|\son[a-z]+="|javascript:|innerHTML|eval\(`)
	for _, name := range append(assets(), "index.html") {
		data, err := fs.ReadFile(files, "page/"+name)
		must(t, err)
		if found := foreign.Find(data); found != nil {
			t.Errorf("%s has %q", name, found)
		}
		if found := inline.Find(data); found != nil && !strings.HasPrefix(name, "vendor/") {
			t.Errorf("%s has %q", name, found)
		}
	}
}
