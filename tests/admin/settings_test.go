package admin_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// document is a body that has a settings file.
func document(t *testing.T, text string) string {
	t.Helper()
	body, err := json.Marshal(map[string]string{"document": text})
	rig.Must(t, err)
	return string(body)
}

// shown are the settings as tests read them.
type shown struct {
	Document string
	Entries  []struct {
		Key, Source string
		Guarded     bool
	}
	Chains   map[string][]struct{ Pool string }
	Prices   map[string]struct{ Input float64 }
	Currency string
	Problems []struct{ Message string }
}

func TestSettings(t *testing.T) {
	s := play(t)
	var seen shown
	r := s.want(t, http.StatusOK, call{method: "GET", path: "/settings"})
	r.into(t, &seen)
	if seen.Document != settingsText || len(seen.Entries) < 10 || len(seen.Problems) != 0 {
		t.Errorf("shown: %+v", seen)
	}
	s.want(t, http.StatusOK, call{method: "PATCH", path: "/settings", body: `{"key":"max_wait_ms","value":5000}`, header: http.Header{"If-Match": r.header["Etag"]}}).into(t, &seen)
	if !strings.Contains(seen.Document, "// what tests want") || !strings.Contains(seen.Document, `"max_wait_ms": 5000`) {
		t.Errorf("patched: %s", seen.Document)
	}
	s.want(t, http.StatusPreconditionFailed, call{method: "PATCH", path: "/settings", body: `{"key":"max_wait_ms","value":6000}`, header: http.Header{"If-Match": r.header["Etag"]}})
	s.want(t, http.StatusUnprocessableEntity, call{method: "PATCH", path: "/settings", body: `{"key":"max_wait_ms","value":"soon"}`})
	s.want(t, http.StatusUnprocessableEntity, call{method: "PATCH", path: "/settings", body: `{"key":"max_wait","value":1}`})
	s.want(t, http.StatusOK, call{method: "PATCH", path: "/settings", body: `{"key":"max_wait_ms","value":null}`}).into(t, &seen)
	if strings.Contains(seen.Document, "max_wait_ms") {
		t.Errorf("unset: %s", seen.Document)
	}
}

func TestSettingsAsAWhole(t *testing.T) {
	s := play(t)
	r := s.want(t, http.StatusOK, call{method: "GET", path: "/settings"})
	match := http.Header{"If-Match": r.header["Etag"]}
	wanted := document(t, `{"account_selection_strategy": "drain-first", "proactive_refresh": false, "usage_poll_interval_seconds": 0} // mine`)
	s.want(t, http.StatusPreconditionRequired, call{method: "PUT", path: "/settings", body: wanted})
	s.want(t, http.StatusUnprocessableEntity, call{method: "PUT", path: "/settings", body: document(t, `{"strategy": 1}`), header: match})
	after := s.want(t, http.StatusOK, call{method: "PUT", path: "/settings", body: wanted, header: match})
	s.want(t, http.StatusPreconditionFailed, call{method: "PUT", path: "/settings", body: wanted, header: match})
	if again := s.want(t, http.StatusOK, call{method: "GET", path: "/settings"}); again.header.Get("ETag") != after.header.Get("ETag") || !strings.Contains(again.text, "// mine") {
		t.Errorf("stored: %s", again.text)
	}
	var checked shown
	s.want(t, http.StatusOK, call{method: "POST", path: "/settings/validate", body: document(t, `{"max_wait_ms": -1}`)}).into(t, &checked)
	if len(checked.Problems) != 1 {
		t.Errorf("checked: %+v", checked)
	}
	s.want(t, http.StatusOK, call{method: "POST", path: "/settings/validate", body: wanted}).into(t, &checked)
	if len(checked.Problems) != 0 {
		t.Errorf("checked: %+v", checked)
	}
}

// What names a program or a server is not changed by whoever has the token, in
// whatever way it is written.
func TestGuardedSettings(t *testing.T) {
	s := play(t)
	match := http.Header{"If-Match": s.want(t, http.StatusOK, call{method: "GET", path: "/settings"}).header["Etag"]}
	for _, text := range []string{
		`{"on_event": ["/bin/sh"]}`, `{"providers": {"anthropic": {"on_event": ["/bin/sh"]}}}`, `{"providers": {"anthropic": {"token_url": "https://evil.example"}}}`,
		`{"providers": {"new": {"base_url": "https://evil.example"}}}`, `{"store": {"kind": "etcd", "endpoints": ["https://evil.example:2379"]}}`,
	} {
		r := s.want(t, http.StatusForbidden, call{method: "PUT", path: "/settings", body: document(t, text), header: match})
		if !strings.Contains(r.text, "guarded_setting") || !strings.Contains(r.text, "config edit") {
			t.Errorf("%s: %s", text, r.text)
		}
	}
	s.want(t, http.StatusForbidden, call{method: "PATCH", path: "/settings", body: `{"key":"on_event","value":["/bin/sh"]}`})
	s.want(t, http.StatusForbidden, call{method: "PATCH", path: "/settings", body: `{"key":"providers.anthropic.base_url","value":"https://evil.example"}`})
	kept, err := os.ReadFile(s.file(settings.FileName))
	rig.Must(t, err)
	if string(kept) != settingsText {
		t.Errorf("the file has changed: %s", kept)
	}
}

// What is there stays: a file that has guarded settings can be changed elsewhere.
func TestGuardedSettingsStay(t *testing.T) {
	s := play(t)
	rig.Must(t, os.WriteFile(s.file(settings.FileName), []byte(`{"on_event": ["mail-me"], "providers": {"new": {"base_url": "https://new.example"}}}`), 0o600))
	s.want(t, http.StatusOK, call{method: "PATCH", path: "/settings", body: `{"key":"max_wait_ms","value":5000}`})
	s.want(t, http.StatusForbidden, call{method: "PATCH", path: "/settings", body: `{"key":"on_event","value":null}`})
	chained := document(t, `{"on_event": ["mail-me"], "providers": {"new": {"base_url": "https://new.example"}}, "chains": {"claude": [{"pool": "anthropic"}, {"pool": "new"}]}, "prices": {"claude-3.5-*": {"input": 5, "output": 25}}, "currency": "USD"}`)
	var seen shown
	s.want(t, http.StatusOK, call{method: "PUT", path: "/settings", body: chained, header: http.Header{"If-Match": {"*"}}}).into(t, &seen)
	if len(seen.Chains["claude"]) != 2 || seen.Chains["claude"][1].Pool != "new" || seen.Prices["claude-3.5-*"].Input != 5 || seen.Currency != "USD" {
		t.Errorf("shown: %+v", seen)
	}
	for _, e := range seen.Entries {
		if want := e.Key == "on_event" || e.Key == "store.kind" || e.Key == "providers.new.base_url"; e.Guarded != want {
			t.Errorf("%s: guarded is %t", e.Key, e.Guarded)
		}
	}
}

// A file that is wrong is shown with what is wrong, and can be mended.
func TestWrongSettingsFile(t *testing.T) {
	s := play(t)
	rig.Must(t, os.WriteFile(s.file(settings.FileName), []byte(`{"max_wait_ms": "soon"}`), 0o600))
	var seen shown
	r := s.want(t, http.StatusOK, call{method: "GET", path: "/settings"})
	r.into(t, &seen)
	if len(seen.Problems) != 1 || len(seen.Entries) != 0 || seen.Document == "" {
		t.Errorf("shown: %+v", seen)
	}
	s.want(t, http.StatusOK, call{method: "PUT", path: "/settings", body: document(t, settingsText), header: http.Header{"If-Match": r.header["Etag"]}})
}

// A file that is wrong and names programs and servers is mended with those that are in
// effect, and no others.
func TestWrongFileWithGuardedSettings(t *testing.T) {
	s := play(t)
	with := func(program, wait string) string {
		return `{"on_event": ["` + program + `"], "max_wait_ms": ` + wait + `, "proactive_refresh": false, "usage_poll_interval_seconds": 0}`
	}
	rig.Must(t, os.WriteFile(s.file(settings.FileName), []byte(with("mail-me", "7000")), 0o600))
	rig.Until(t, "the settings of the file", func() bool { return s.engine.Settings().MaxWait == 7*time.Second })
	rig.Must(t, os.WriteFile(s.file(settings.FileName), []byte(with("mail-me", `"soon"`)), 0o600))
	put := func(status int, text string) {
		t.Helper()
		s.want(t, status, call{method: "PUT", path: "/settings", body: document(t, text), header: http.Header{"If-Match": {"*"}}})
	}
	put(http.StatusForbidden, with("/bin/sh", "8000"))
	put(http.StatusForbidden, `{}`)
	put(http.StatusOK, with("mail-me", "8000"))
}
