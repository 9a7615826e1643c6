package migrate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/migrate"
)

// read reads a source that must be one.
func read(t *testing.T, name, content string) migrate.Contents {
	t.Helper()
	c, err := migrate.Read(file(t, name, content))
	if err != nil {
		t.Fatalf("%s: %v", content, err)
	}
	return c
}

// only returns the one login of a source.
func only(t *testing.T, c migrate.Contents) migrate.Login {
	t.Helper()
	if len(c.Logins) != 1 {
		t.Fatalf("%d logins, skipped %v", len(c.Logins), c.Skipped)
	}
	return c.Logins[0]
}

// A moment is understood however a program writes it, and one that is not
// understood costs nothing but itself.
func TestTimes(t *testing.T) {
	const want = 1900000000
	for text, c := range map[string]struct {
		unix int64
		odd  bool
	}{
		`1900000000000`: {want, false}, `1900000000000.75`: {want, false}, `"1900000000000"`: {want, false},
		`1.9e12`: {want, false}, `1900000000`: {want, false}, `" 1900000000 "`: {want, false}, `1900000000.9`: {want, false},
		`1900000000000000`: {want, false}, `1900000000000000000`: {want, false},
		`"2030-03-17T17:46:40Z"`: {want, false}, `"2030-03-17T18:46:40.000+01:00"`: {want, false},
		`"2030-03-17T17:46:40+0000"`: {want, false}, `"2030-03-17T17:46:40.123456"`: {want, false}, `"2030-03-17 17:46:40"`: {want, false},
		`"Sun, 17 Mar 2030 17:46:40 GMT"`:                           {want, false},
		`"Sun Mar 17 2030 17:46:40 GMT+0000 (Greenwich Mean Time)"`: {want, false},
		`"2030-03-17"`: {1899936000, false},
		`null`:         {0, false}, `0`: {0, false}, `""`: {0, false}, `"0"`: {0, false},
		`"soon"`: {0, true}, `-1`: {0, true}, `3600`: {0, true}, `true`: {0, true}, `{"$date":1}`: {0, true}, `[1]`: {0, true},
		`"1970-01-01"`: {0, true}, `1e300`: {0, true}, `"NaN"`: {0, true}, `"Infinity"`: {0, true}, `"9999-12-31T23:59:59-12:00"`: {0, true},
	} {
		l := only(t, read(t, ".credentials.json", `{"claudeAiOauth":{"accessToken":"at","refreshToken":"rt","expiresAt":`+text+`}}`))
		got := int64(0)
		if at := l.Record.Credentials.ExpiresAt; !at.IsZero() {
			got = at.Unix()
		}
		if got != c.unix || (l.Note != "") != c.odd {
			t.Errorf("%s is %d with the note %q, want %d and odd %v", text, got, l.Note, c.unix, c.odd)
		}
	}
}

// The end of a token that the file does not tell is in the token's own claims.
func TestTokensTellTheirOwnEnd(t *testing.T) {
	const end = 1900000000
	access := token(fmt.Sprintf(`{"exp":%d}`, end))
	id := token(`{"exp":1800000000,"email":"a@example.com"}`)
	for name, content := range map[string]string{
		"codex":              `{"tokens":{"id_token":"` + id + `","access_token":"` + access + `"}}`,
		"opencode":           `{"openai":{"type":"oauth","access":"` + access + `","refresh":"rt","expires":"never"}}`,
		"claude code":        `{"claudeAiOauth":{"accessToken":"` + access + `","expiresAt":null}}`,
		"multi-account-core": `{"version":1,"accounts":[{"accessToken":"` + access + `","refreshToken":"rt","expiresAt":""}]}`,
	} {
		if got := only(t, read(t, "auth.json", content)).Record.Credentials.ExpiresAt; got.Unix() != end {
			t.Errorf("%s: the token ends at %v", name, got)
		}
	}
	l := only(t, read(t, "auth.json", `{"tokens":{"id_token":"`+id+`","access_token":"opaque"}}`))
	if end := l.Record.Credentials.ExpiresAt; !end.IsZero() {
		t.Errorf("the end of the id token, %v, was taken for that of the access token", end)
	}
}

func TestScopes(t *testing.T) {
	for text, want := range map[string]string{
		`["a","b"]`: "[a b]", `"a b"`: "[a b]", `"a,b"`: "[a b]", `["a",5,null,""]`: "[a]", `null`: "[]", `""`: "[]", `{}`: "[]", `5`: "[]",
	} {
		l := only(t, read(t, ".credentials.json", `{"claudeAiOauth":{"accessToken":"at","scopes":`+text+`}}`))
		if got := fmt.Sprint(l.Record.Credentials.Scopes); got != want {
			t.Errorf("%s: scopes %s, want %s", text, got, want)
		}
	}
}

// Every member of an entry may be of any type: the entries beside it do not
// suffer, and neither does the entry itself, unless it was its token.
func TestOddMembersCostThemselves(t *testing.T) {
	const good = `{"uuid":"good","refreshToken":"sk-ant-ort01-1","accessToken":"sk-ant-oat01-1"}`
	for _, member := range []string{
		"uuid", "accountId", "label", "email", "planTier", "refreshToken", "accessToken", "expiresAt", "addedAt", "lastUsed", "enabled", "isAuthDisabled", "new",
	} {
		for _, value := range []string{`null`, `5`, `true`, `"x"`, `[]`, `{}`, `{"a":1}`, `"x\u001by"`} {
			odd := strings.TrimSuffix(good, "}") + `,"` + member + `":` + value + `}`
			c := read(t, "anthropic-multi-account-accounts.json", `{"version":1,"accounts":[`+odd+`,`+good+`,7]}`)
			wantLost := member == "accessToken" && strings.Contains(value, "u001b")
			if lost := len(c.Logins) == 1; lost != wantLost || len(c.Logins)+len(c.Skipped) != 3 {
				t.Errorf("%s: %s: %d logins, skipped %v", member, value, len(c.Logins), c.Skipped)
			}
		}
	}
}

// What cannot be sent in a header is refused, and the reason does not repeat it.
func TestDamagedSecrets(t *testing.T) {
	for _, damaged := range []string{`secret\u0001`, `secret one`, `sécret`, `secret\nX-Evil: 1`, "secret\xff", `secret\u200b`, `\u202esecret`, `secret\u007f`} {
		for name, content := range map[string]string{
			"key":       `{"OPENAI_API_KEY":"` + damaged + `"}`,
			"codex":     `{"tokens":{"access_token":"` + damaged + `","refresh_token":"rt"}}`,
			"claude":    `{"claudeAiOauth":{"accessToken":"` + damaged + `"}}`,
			"opencode":  `{"anthropic":{"type":"api","key":"` + damaged + `"}}`,
			"refresh":   `{"openai":{"type":"oauth","refresh":"` + damaged + `"}}`,
			"multicore": `{"version":1,"accounts":[{"refreshToken":"` + damaged + `","accessToken":"eyJ"}]}`,
		} {
			c := read(t, "auth.json", content)
			if name == "multicore" { // its access token works, and its program renews that
				l := only(t, c)
				if !l.Record.Credentials.RefreshToken.IsZero() || l.Note == "" || strings.Contains(l.Note, "secret") {
					t.Errorf("%s: note %q", content, l.Note)
				}
				continue
			}
			if len(c.Logins) != 0 || len(c.Skipped) != 1 || !strings.Contains(c.Skipped[0].Reason, "HTTP header") || strings.Contains(c.Skipped[0].Reason, "secret") {
				t.Errorf("%s: %d logins, skipped %v", content, len(c.Logins), c.Skipped)
			}
		}
	}
	l := only(t, read(t, "auth.json", `{"OPENAI_API_KEY":" \tsk-1\r\n"}`))
	if got := l.Record.Credentials.APIKey.Reveal(); got != "sk-1" {
		t.Errorf("the key is %q", got)
	}
}

// A known file without a login says what it holds.
func TestFilesThatHoldNothingToUse(t *testing.T) {
	for content, want := range map[string]string{
		`{"OPENAI_API_KEY":null,"tokens":null,"last_refresh":null}`:               "tokens: nobody is logged in",
		`{"auth_mode":"chatgpt"}`:                                                 "tokens: nobody is logged in",
		`{"auth_mode":"bedrock","bedrock":{}}`:                                    "auth_mode: it names a way to log in",
		`{"auth_mode":"agentIdentity","agent_identity":{"agent_runtime_id":"x"}}`: "agent_identity: it is the identity of an agent",
		`{"auth_mode":"personalAccessToken","personal_access_token":"at-1"}`:      "personal_access_token: it is a personal access token",
		`{"auth_mode":"chatgpt","OPENAI_API_KEY":"sk-1","tokens":null}`:           "OPENAI_API_KEY: Codex does not use the key",
		`{"tokens":["secret-1"]}`:                                                 "tokens: it is no object",
		`{"tokens":{"access_token":"","refresh_token":null}}`:                     "tokens: it holds no token",
		`{"claudeAiOauth":null}`:                                                  "claudeAiOauth: nobody is logged in",
		`{"claudeAiOauth":{},"organizationUuid":"o"}`:                             "claudeAiOauth: nobody is logged in",
		`{"claudeAiOauth":"secret-1"}`:                                            "claudeAiOauth: it is no object",
		`{"mcpOAuth":{"server|1":{"accessToken":"secret-1"}}}`:                    "mcpOAuth: these are logins of MCP servers alone",
		`{"oauthAccount":{"emailAddress":"a@example.com"},"numStartups":4}`:       "oauthAccount: these are Claude Code's settings",
		`{"version":1,"accounts":[]}`:                                             "accounts: there is none",
		`{"anthropic":{"type":"wellknown","key":"K","token":"secret-1"}}`:         "anthropic: it is a login at a server",
		`{"openai":{"type":"new","access":"secret-1"}}`:                           "openai: its type is neither oauth nor api",
	} {
		c := read(t, "auth.json", content)
		if len(c.Logins) != 0 || len(c.Skipped) != 1 {
			t.Errorf("%s: %d logins, skipped %v", content, len(c.Logins), c.Skipped)
			continue
		}
		got := c.Skipped[0].Name + ": " + c.Skipped[0].Reason
		if !strings.HasPrefix(got, want) || strings.Contains(got, "secret-1") {
			t.Errorf("%s: %q, want %q", content, got, want)
		}
	}
}

// A key costs its owner money: it is taken only where it is what Codex uses.
func TestKeyBesideALogin(t *testing.T) {
	for mode, want := range map[string]string{
		`"apikey"`: "OPENAI_API_KEY tokens", `"api_key"`: "OPENAI_API_KEY tokens", `"ApiKey"`: "OPENAI_API_KEY tokens",
		`"chatgpt"`: "tokens", `"chatgptAuthTokens"`: "tokens", `"new"`: "tokens", `null`: "tokens", `5`: "tokens",
	} {
		c := read(t, "auth.json", `{"auth_mode":`+mode+`,"OPENAI_API_KEY":"sk-1","tokens":{"access_token":"at","refresh_token":"rt"}}`)
		var names []string
		for _, l := range c.Logins {
			names = append(names, l.Name)
		}
		if got := strings.Join(names, " "); got != want || len(c.Logins)+len(c.Skipped) != 2 {
			t.Errorf("auth_mode %s: took %s and skipped %v, want %s", mode, got, c.Skipped, want)
		}
	}
}

// The workspace that a file names is the one that its program sends.
func TestWorkspaceOfCodex(t *testing.T) {
	id := token(`{"https://api.openai.com/auth":{"chatgpt_account_id":"personal","chatgpt_user_id":"u-1"}}`)
	for named, want := range map[string]string{
		`"team"`: "team", `"personal"`: "personal", `null`: "personal", `""`: "personal", `12`: "personal", `"a\u0001b"`: "personal",
	} {
		for _, idToken := range []string{`"` + id + `"`, `{"raw_jwt":"` + id + `","email":"x"}`} {
			l := only(t, read(t, "auth.json", `{"tokens":{"id_token":`+idToken+`,"access_token":"at","account_id":`+named+`}}`))
			if got := l.Record.Organization; got != want || l.Record.Subject != "u-1" {
				t.Errorf("account_id %s: workspace %q of %q", named, got, l.Record.Subject)
			}
		}
	}
}

func TestTextOfOtherEncodings(t *testing.T) {
	const content = `{"claudeAiOauth":{"accessToken":"at"}}`
	only(t, read(t, ".credentials.json", "\xef\xbb\xbf"+content))
	little, big := []byte{}, []byte{}
	for _, unit := range utf16.Encode([]rune(content)) {
		little = append(little, byte(unit), byte(unit>>8))
		big = append(big, byte(unit>>8), byte(unit))
	}
	for _, data := range []string{"\xff\xfe" + string(little), "\xfe\xff" + string(big), string(little), string(big)} {
		_, err := migrate.Read(file(t, "auth.json", data))
		if err == nil || !strings.Contains(err.Error(), "save it as UTF-8") {
			t.Errorf("%q: error %v", data[:4], err)
		}
	}
}

// A file that links lead to twice is one source, and a link to nowhere is told of.
func TestLinks(t *testing.T) {
	home := t.TempDir()
	path := func(names ...string) string { return filepath.Join(append([]string{home}, names...)...) }
	for _, dir := range []string{path(".local", "share", "opencode"), path(".config"), path(".codex"), path(".claude"), path("real")} {
		must(t, os.MkdirAll(dir, 0o700))
	}
	must(t, os.WriteFile(path(".local", "share", "opencode", "auth.json"), []byte(`{"anthropic":{"type":"oauth","access":"at"}}`), 0o600))
	must(t, os.WriteFile(path("real", "login"), []byte(`{"claudeAiOauth":{"accessToken":"at"}}`), 0o600))
	for link, to := range map[string]string{
		path(".config", "opencode"): path(".local", "share", "opencode"), path(".claude", ".credentials.json"): path("real", "login"),
		path(".codex", "auth.json"): path("gone"),
	} {
		if err := os.Symlink(to, link); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	var report []string
	for _, found := range migrate.Find(func(string) string { return "" }, home) {
		c, err := migrate.Read(found)
		report = append(report, fmt.Sprintf("%d %v", len(c.Logins), err))
	}
	gone := fmt.Sprintf("0 reading logins from %s: it is a link to what is not there", path(".codex", "auth.json"))
	if len(report) != 3 || report[0] != "1 <nil>" || !strings.HasPrefix(report[1], gone) || report[2] != "1 <nil>" {
		t.Errorf("found %q", report)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What is no file is not waited for, nor is one read to the end that never ends.
func TestWhatIsNoFile(t *testing.T) {
	huge := filepath.Join(t.TempDir(), "auth.json")
	must(t, os.WriteFile(huge, nil, 0o600))
	must(t, os.Truncate(huge, 1<<32))
	for path, want := range map[string]string{t.TempDir(): "regular file", os.DevNull: "regular file", huge: "larger than"} {
		if _, err := migrate.Read(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", path, err)
		}
	}
}

// A login that is gone from its source says what is there in its place.
func TestRereadOfALoginThatIsGone(t *testing.T) {
	path := file(t, "auth.json", `{"tokens":{"access_token":"at","refresh_token":"rt","expires_at":"2030-01-01"}}`)
	origin := account.Origin{Format: account.FromCodex, Path: path, Key: "tokens"}
	grant, err := migrate.Reread(t.Context(), origin)
	if want := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC); err != nil || !grant.ExpiresAt.Equal(want) {
		t.Errorf("grant %+v, error %v", grant, err)
	}
	must(t, os.WriteFile(path, []byte(`{"tokens":null}`), 0o600))
	if _, err := migrate.Reread(t.Context(), origin); err == nil || !strings.Contains(err.Error(), "nobody is logged in") {
		t.Errorf("error %v", err)
	}
}
