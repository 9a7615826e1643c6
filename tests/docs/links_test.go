package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every link from one page to a file or to a heading of a page leads there.
func TestLinksLeadSomewhere(t *testing.T) {
	links := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, page := range pages(t) {
		for _, link := range links.FindAllStringSubmatch(prose(read(t, page)), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			path, heading, _ := strings.Cut(link[1], "#")
			target := page
			if path != "" {
				target = filepath.Join(filepath.Dir(page), path)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which is not there", page, link[1])
			} else if heading != "" && !slices.Contains(headings(read(t, target)), heading) {
				t.Errorf("%s links to %s, a heading that is not there", page, link[1])
			}
		}
	}
}

// Every page can be reached from another one.
func TestEveryPageIsLinked(t *testing.T) {
	links := regexp.MustCompile(`\]\(([^)\s#]+)`)
	linked := map[string]bool{"../../README.md": true}
	for _, page := range pages(t) {
		for _, link := range links.FindAllStringSubmatch(prose(read(t, page)), -1) {
			linked[filepath.Join(filepath.Dir(page), link[1])] = true
		}
	}
	for _, page := range pages(t) {
		if !linked[page] && !linked[filepath.Dir(page)] {
			t.Errorf("no page links to %s", page)
		}
	}
}

// pages returns every page that is written for people.
func pages(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob("../../" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	for _, must := range []string{"../../README.md", "../../CONTRIBUTING.md", "../../docs/architecture.md"} {
		if !slices.Contains(all, must) {
			t.Fatalf("%s is not among the pages that are checked", must)
		}
	}
	return all
}

// prose returns a page without its blocks of code.
func prose(page string) string { return regexp.MustCompile("(?s)```.*?```").ReplaceAllString(page, "") }

// headings returns the addresses of a page's headings, as hosts of Git make them.
func headings(page string) []string {
	var all []string
	for _, line := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(prose(page), -1) {
		words := regexp.MustCompile(`[^a-z0-9 _-]`).ReplaceAllString(strings.ToLower(line[1]), "")
		all = append(all, strings.ReplaceAll(words, " ", "-"))
	}
	return all
}
