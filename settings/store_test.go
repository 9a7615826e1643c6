package settings_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/settings"
)

func loadText(t *testing.T, text string) (settings.Settings, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), settings.FileName)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return settings.Load(path)
}

func TestStoreIsRead(t *testing.T) {
	s, err := loadText(t, `{"store": {"kind": "etcd", "endpoints": ["https://a:2379", "https://b:2379"], "prefix": "/team", "user": "u",
		"password_file": "/p", "tls": {"ca": "/ca", "certificate": "/c", "key": "/k"}}}`)
	if err != nil {
		t.Fatal(err)
	}
	want := settings.Store{
		Kind: settings.StoreEtcd, Endpoints: []string{"https://a:2379", "https://b:2379"}, Prefix: "/team", User: "u",
		PasswordFile: "/p", CA: "/ca", Certificate: "/c", Key: "/k",
	}
	if !reflect.DeepEqual(s.Store, want) {
		t.Errorf("got %+v", s.Store)
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
}

func TestWrongStoreIsRefused(t *testing.T) {
	for text, says := range map[string]string{
		`{"kind": "redis"}`:                                                    `must be "files" or "etcd"`,
		`{"kind": "etcd"}`:                                                     "no endpoints",
		`{"kind": "etcd", "endpoints": "a"}`:                                   "a list of addresses",
		`{"kind": "etcd", "endpoints": ["a:1"]}`:                               "no http://",
		`{"kind": "etcd", "endpoints": ["https://u:secret@a:1"]}`:              "without user",
		`{"endpoints": ["https://a:1"]}`:                                       `for the kind "etcd"`,
		`{"kind": "etcd", "endpoints": ["https://a:1"], "tls": {"key": "k"}}`:  "give both",
		`{"kind": "etcd", "endpoints": ["https://a:1"], "prefixx": "k"}`:       "prefix",
		`{"kind": "etcd", "endpoints": ["https://a:1"], "tls": {"cert": "k"}}`: "store.tls.cert",
		`{"kind": 1}`: "a text",
	} {
		_, err := loadText(t, `{"store": `+text+`}`)
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
}
