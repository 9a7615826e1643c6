package migrate_test

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/migrate"
)

// token is an unsigned token of ChatGPT with these claims.
func token(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(claims)) + ".sig"
}

// file writes a source that ends with the test.
func file(tb testing.TB, name, content string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// login is what a test expects of a record.
type login struct {
	provider, name, access, refresh, key string
	lineage                              account.Lineage
	expires                              int64
	subject, organization, email, plan   string
	enabled                              bool
}

func loginOf(l migrate.Login) login {
	r := &l.Record
	got := login{
		provider: r.Provider, name: l.Name, access: r.Credentials.AccessToken.Reveal(),
		refresh: r.Credentials.RefreshToken.Reveal(), key: r.Credentials.APIKey.Reveal(), lineage: r.Lineage,
		subject: r.Subject, organization: r.Organization, email: r.Email, plan: r.Plan, enabled: r.Enabled,
	}
	if !r.Credentials.ExpiresAt.IsZero() {
		got.expires = r.Credentials.ExpiresAt.UnixMilli()
	}
	return got
}

func TestSources(t *testing.T) {
	id := token(`{"email":"a@example.com","https://api.openai.com/auth":{"chatgpt_account_id":"ws-1","chatgpt_user_id":"u-1","chatgpt_plan_type":"plus"}}`)
	access := token(`{"exp":1900000000}`)
	for name, c := range map[string]struct {
		file, content string
		logins        []login
		skipped       []string
	}{
		"claude code": {
			".credentials.json",
			`{"claudeAiOauth":{"accessToken":"at","refreshToken":"rt","expiresAt":1900000000000,"scopes":["user:inference"],"subscriptionType":"max"}}`,
			[]login{{
				provider: "anthropic", name: "claudeAiOauth", access: "at", refresh: "rt", lineage: account.Linked,
				expires: 1900000000000, plan: "Claude Max", enabled: true,
			}},
			nil,
		},
		"codex": {
			"auth.json",
			`{"OPENAI_API_KEY":null,"tokens":{"id_token":"` + id + `","access_token":"` + access + `","refresh_token":"rt","account_id":"ws-1"},"last_refresh":"2026-01-01T00:00:00Z"}`,
			[]login{{
				provider: "openai", name: "tokens", access: access, refresh: "rt", lineage: account.Linked, expires: 1900000000000,
				subject: "u-1", organization: "ws-1", email: "a@example.com", plan: "ChatGPT Plus", enabled: true,
			}},
			nil,
		},
		"codex with a key": {
			"auth.json", `{"OPENAI_API_KEY":"sk-1"}`,
			[]login{{provider: "openai", name: "OPENAI_API_KEY", key: "sk-1", lineage: account.Owned, enabled: true}},
			nil,
		},
		"opencode": {
			"auth.json",
			`{"openai":{"type":"oauth","refresh":"rt2","access":"` + access + `","expires":1800000000000,"accountId":"ws-2"},
			  "anthropic":{"type":"oauth","refresh":"rt","access":"at","expires":1900000000000.5},
			  "groq":{"type":"api","key":"gsk"},"github":5}`,
			[]login{
				{provider: "anthropic", name: "anthropic", access: "at", refresh: "rt", lineage: account.Linked, expires: 1900000000000, enabled: true},
				{
					provider: "openai", name: "openai", access: access, refresh: "rt2", lineage: account.Linked,
					expires: 1800000000000, organization: "ws-2", enabled: true,
				},
			},
			[]string{"github", "groq"},
		},
		"opencode with a key": {
			"auth.json", `{"anthropic":{"type":"api","key":"sk-ant-1"}}`,
			[]login{{provider: "anthropic", name: "anthropic", key: "sk-ant-1", lineage: account.Owned, enabled: true}},
			nil,
		},
		"opencode with entries of our plugin": {
			"auth.json",
			`{"anthropic":{"type":"api","key":"multiaccount"},
			  "openai":{"type":"oauth","refresh":"multiaccount","access":"multiaccount","expires":253402300799000}}`,
			nil,
			[]string{"anthropic", "openai"},
		},
		"multi-account-core": {
			"anthropic-multi-account-accounts.json",
			`{"version":1,"accounts":[{"uuid":"u","email":"a@example.com","planTier":"pro","refreshToken":"rt","accessToken":"at",
			  "expiresAt":1900000000000,"addedAt":1,"lastUsed":2,"enabled":false,"isAuthDisabled":true},
			  {"planTier":"","refreshToken":"","addedAt":1,"lastUsed":0}],"activeAccountUuid":"u"}`,
			[]login{{
				provider: "anthropic", name: "u", access: "at", refresh: "rt", lineage: account.Linked, expires: 1900000000000,
				email: "a@example.com", plan: "Claude Pro",
			}},
			[]string{"account 2"},
		},
		"multi-account-core without a telling name": {
			"multiauth-accounts.json",
			`{"version":1,"accounts":[{"uuid":"a","refreshToken":"sk-ant-ort01-x","addedAt":1,"lastUsed":0},{"uuid":"b","refreshToken":"rt","addedAt":1,"lastUsed":0}]}`,
			[]login{{provider: "anthropic", name: "a", refresh: "sk-ant-ort01-x", lineage: account.Linked, enabled: true}},
			[]string{"b"},
		},
		"a login without tokens": {".credentials.json", `{"claudeAiOauth":{}}`, nil, []string{"claudeAiOauth"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := migrate.Read(file(t, c.file, c.content))
			if err != nil {
				t.Fatal(err)
			}
			var logins []login
			for _, l := range got.Logins {
				logins = append(logins, loginOf(l))
				if o := l.Record.Origin; (o != nil) != (l.Record.Lineage == account.Linked) {
					t.Errorf("%s has lineage %s and origin %v", l.Name, l.Record.Lineage, o)
				}
			}
			if !slices.Equal(logins, c.logins) {
				t.Errorf("logins\n got %+v\nwant %+v", logins, c.logins)
			}
			var skipped []string
			for _, s := range got.Skipped {
				skipped = append(skipped, s.Name)
			}
			if !slices.Equal(skipped, c.skipped) {
				t.Errorf("skipped %v, want %v", skipped, c.skipped)
			}
		})
	}
}

func TestFilesThatAreNoSource(t *testing.T) {
	for content, want := range map[string]error{
		"":                            migrate.ErrJSON,
		`{"claudeAiOauth":{"access`:   migrate.ErrJSON,
		`[]`:                          migrate.ErrJSON,
		`{}`:                          migrate.ErrFormat,
		`{"version":2,"accounts":[]}`: migrate.ErrFormat,
		`{"version":1,"accounts":{}}`: migrate.ErrFormat,
		`{"name":"package.json"}`:     migrate.ErrFormat,
	} {
		_, err := migrate.Read(file(t, "auth.json", content))
		if !errors.Is(err, want) || strings.Contains(err.Error(), "secret-1") {
			t.Errorf("%s: error %v, want %v", content, err, want)
		}
	}
	if _, err := migrate.Read(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
}

func TestFind(t *testing.T) {
	home, data := t.TempDir(), t.TempDir()
	want := []string{
		filepath.Join(data, "opencode", "auth.json"),
		filepath.Join(home, ".config", "opencode", "openai-multi-account-accounts.json"),
		filepath.Join(home, ".config", "opencode", "multiauth-accounts.json"),
		filepath.Join(home, ".codex", "auth.json"),
		filepath.Join(home, ".claude", ".credentials.json"),
	}
	for _, path := range want {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := map[string]string{"XDG_DATA_HOME": data, "OPENCODE_CONFIG_DIR": filepath.Join(home, ".config", "opencode")}
	got := migrate.Find(func(name string) string { return env[name] }, home)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}

// What is exported can be imported again.
func TestExport(t *testing.T) {
	added := time.UnixMilli(1700000000000)
	recs := []account.Record{
		{
			ID: "id-1", Provider: "anthropic", Subject: "user-1", Organization: "org-1", Label: "work", Email: "a@example.com", Plan: "Claude Max", Enabled: true, AddedAt: added,
			Credentials: account.Credentials{
				AccessToken: account.NewSecret("at"), RefreshToken: account.NewSecret("rt"), ExpiresAt: time.UnixMilli(1900000000000),
			},
		},
		{ID: "id-2", Provider: "anthropic", Label: "key", Credentials: account.Credentials{APIKey: account.NewSecret("k")}},
	}
	var out strings.Builder
	skipped, err := migrate.Export(&out, recs, "id-1")
	if err != nil || len(skipped) != 1 || skipped[0].Name != "key" {
		t.Fatalf("skipped %v, error %v", skipped, err)
	}
	if !strings.Contains(out.String(), `"planTier": "max"`) || !strings.Contains(out.String(), `"activeAccountUuid": "id-1"`) {
		t.Errorf("exported %s", out.String())
	}
	back, err := migrate.Read(file(t, "anthropic-multi-account-accounts.json", out.String()))
	if err != nil || len(back.Logins) != 1 {
		t.Fatalf("%d logins, error %v", len(back.Logins), err)
	}
	got := back.Logins[0].Record
	if other, err := migrate.Read(file(t, "anything.json", out.String())); err != nil || len(other.Logins) != 1 || other.Logins[0].Record.Provider != "anthropic" {
		t.Errorf("under another name: %+v, %v", other.Logins, err)
	}
	if got.Subject != "user-1" || got.Organization != "org-1" {
		t.Errorf("came back as a login of %q in %q", got.Subject, got.Organization)
	}
	if got.Label != "work" || got.Plan != "Claude Max" || got.Credentials.RefreshToken.Reveal() != "rt" || !got.AddedAt.Equal(added) {
		t.Errorf("came back as %+v", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"claudeAiOauth":{"accessToken":"at","expiresAt":1e300}}`), "a.json")
	f.Add([]byte(`{"version":1,"accounts":[{"refreshToken":"sk-ant-x","expiresAt":-1}]}`), "codex.json")
	f.Add([]byte(`{"tokens":{"access_token":"a.b.c"}}`), "auth.json")
	f.Add([]byte(`{"anthropic":{"type":"oauth","access":"x"}}`), "auth.json")
	f.Add([]byte("\xef\xbb\xbf"+`{"auth_mode":"apikey","OPENAI_API_KEY":"a\u0001","tokens":{"id_token":{"raw_jwt":5},"account_id":1}}`), "auth.json")
	f.Add([]byte(`{"claudeAiOauth":{"accessToken":"at","expiresAt":"2030-01-01T00:00:00+14:00","scopes":"a b"},"mcpOAuth":{}}`), "a.json")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		if filepath.Base(name) != name || len(name) > 100 || strings.ContainsRune(name, 0) {
			return
		}
		path := filepath.Join(dir, "f-"+name)
		if os.WriteFile(path, data, 0o600) != nil {
			return
		}
		defer func() { _ = os.Remove(path) }()
		c, err := migrate.Read(path)
		if err != nil {
			return
		}
		for _, l := range c.Logins {
			creds := &l.Record.Credentials
			if creds.AccessToken.IsZero() && creds.RefreshToken.IsZero() && creds.APIKey.IsZero() {
				t.Error("a login without a token")
			}
			if y := creds.ExpiresAt.UTC().Year(); y > 9999 || y < 1 {
				t.Errorf("expires in the year %d", y)
			}
			for _, sent := range []account.Secret{creds.AccessToken, creds.RefreshToken, creds.APIKey} {
				if same, err := account.ParseSecret(sent.Reveal()); err != nil || !same.Equal(sent) {
					t.Error("a token that no header can carry")
				}
			}
		}
	})
}
