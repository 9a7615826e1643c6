package field_test

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"net/http"
	"os"
	"strings"
	"testing"
	"text/template"
	"time"
)

// recorded are the answers of testdata, by their names.
type recorded map[string]*template.Template

func readRecorded(t *testing.T) recorded {
	t.Helper()
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	r := recorded{}
	for _, e := range entries {
		text, err := os.ReadFile("testdata/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(e.Name(), ".http")
		r[name] = template.Must(template.New(name).Funcs(words(nil, "", time.Time{})).Parse(string(text)))
	}
	return r
}

// words are what the recordings leave open.
func words(m *member, model string, now time.Time) template.FuncMap {
	window := func(name string) *quota { return m.quotas(m.familyOf)[name] }
	return template.FuncMap{
		"epoch":   func(name string) int64 { return window(name).ends.Unix() },
		"date":    func(name string) string { return window(name).ends.UTC().Format(time.RFC3339) },
		"seconds": func(name string) int { return int(math.Ceil(window(name).ends.Sub(now).Seconds())) },
		"share":   func(name string) string { return fmt.Sprintf("%.4f", window(name).share()) },
		"percent": func(name string) string { return fmt.Sprintf("%.1f", 100*window(name).share()) },
		"full":    func() bool { return window("5h").full() || window("7d").full() },
		"model":   func() string { return model },
		"plan":    func() string { return m.plan },
		"credits": func() string { return map[bool]string{true: "True", false: "False"}[m.credits] },
		"balance": func() string { return map[bool]string{true: "12.50", false: "0"}[m.credits] },
		"lower":   strings.ToLower,
		"access":  func() string { return m.access },
		"refresh": func() string { return m.refresh },
	}
}

// play returns a recorded answer as this member gives it now.
func (r recorded) play(name string, m *member, model string, req *http.Request) (*http.Response, error) {
	m.at(time.Now())
	var text bytes.Buffer
	if err := r[name].Funcs(words(m, model, time.Now())).Execute(&text, nil); err != nil {
		return nil, err
	}
	head, body, _ := strings.Cut(text.String(), "\n\n")
	head = strings.ReplaceAll(head, "\n", "\r\n") + fmt.Sprintf("\r\nContent-Length: %d\r\n\r\n", len(body))
	return http.ReadResponse(bufio.NewReader(strings.NewReader(head+body)), req)
}
