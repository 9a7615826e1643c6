package conformance_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func importRules() []rule {
	return []rule{
		{name: "an odd member of a file costs itself alone, and the login serves", holds: native, check: takesWhatItCan},
		{name: "a file without a login says what it holds", holds: native, check: saysWhatItHolds},
		{name: "a token or a key that no header can carry is refused", check: refusesUnsendable},
		{name: "a key beside a login is not taken", holds: codexLogins, check: leavesDormantKey},
	}
}

func codexLogins(s subject) bool { return s.codex && logins(s) }

// source is what the provider's own program, or OpenCode, keeps of an account.
func (s subject) source(access, key string) string {
	switch {
	case s.codex && logins(s):
		return `{"auth_mode":"chatgpt","OPENAI_API_KEY":` + key + `,"tokens":{"access_token":` + access + `,"id_token":{},"account_id":"org-1","expires_at":"soon"},"last_refresh":7}`
	case logins(s):
		return `{"claudeAiOauth":{"accessToken":` + access + `,"expiresAt":"soon","scopes":"a b","subscriptionType":5,"new":[]}}`
	case s.flavour == "openai":
		return `{"auth_mode":"apikey","OPENAI_API_KEY":` + key + `,"tokens":null,"last_refresh":"never"}`
	}
	return `{"anthropic":{"type":"api","key":` + key + `,"expires":"soon"},"openai":5}`
}

// take imports a file that holds what source says.
func (st *stage) take(content string) []multiaccount.ImportEntry {
	st.Helper()
	path := filepath.Join(st.TempDir(), "auth.json")
	rig.Must(st.T, os.WriteFile(path, []byte("\xef\xbb\xbf"+content), 0o600))
	report, err := st.eng.Import(st.Context(), multiaccount.ImportOptions{Paths: []string{path}})
	rig.Must(st.T, err)
	return report
}

func takesWhatItCan(t *testing.T, s subject) {
	st := s.empty(t)
	if report := st.take(s.source(`"`+st.alice.AccessToken()+`\n"`, `" `+st.alice.APIKey()+`"`)); report[0].Result != multiaccount.ImportTaken {
		t.Fatalf("report %+v", report)
	}
	st.served(st.ask(), st.alice)
}

func saysWhatItHolds(t *testing.T, s subject) {
	st := s.empty(t)
	for _, entry := range st.take(s.source(`null`, `""`)) {
		if entry.Result != multiaccount.ImportSkipped || entry.Reason == "" {
			t.Errorf("entry %+v", entry)
		}
	}
}

func refusesUnsendable(t *testing.T, s subject) {
	st := s.empty(t)
	damaged := s.login(st.alice)
	field, text := "AccessToken", &damaged.AccessToken
	if s.kind == account.APIKey {
		field, text = "APIKey", &damaged.APIKey
	}
	secret := *text
	*text = secret + "\x1b"
	_, err := st.pool.Add(t.Context(), damaged)
	var invalid *multiaccount.InvalidAccountError
	if !errors.As(err, &invalid) || invalid.Field != field || strings.Contains(err.Error(), secret) {
		t.Errorf("error %v", err)
	}
	*text = " " + secret + "\n"
	rig.Add(t, st.pool, damaged)
	st.served(st.ask(), st.alice)
}

func leavesDormantKey(t *testing.T, s subject) {
	st := s.empty(t)
	report := st.take(s.source(`"`+st.alice.AccessToken()+`"`, `"sk-1"`))
	if len(report) != 2 || report[0].Result != multiaccount.ImportTaken || report[1].Result != multiaccount.ImportSkipped {
		t.Errorf("report %+v", report)
	}
	if all, err := st.pool.Accounts(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("%d accounts, %v", len(all), err)
	}
}
