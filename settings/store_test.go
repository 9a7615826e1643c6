package settings_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
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
		`{"kind": "etcd", "endpoints": ["https://a:1"], "user": "u"}`:          "give both",
		`{"kind": "etcd", "endpoints": ["https://a:1"], "password_file": "f"}`: "give both",
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

// What is set of a store is shown, with the line it stands in.
func TestStoreIsShown(t *testing.T) {
	path := filepath.Join(t.TempDir(), settings.FileName)
	shown := func(text string) []string {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		all, err := settings.Effective(path)
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, e := range all {
			if strings.HasPrefix(e.Key, "store.") {
				found = append(found, fmt.Sprint(e.Key, " ", e.Value, " ", e.Origin.Line))
			}
		}
		return found
	}
	if got := shown(`{}`); !slices.Equal(got, []string{`store.kind "files" 0`}) {
		t.Errorf("without a store: %q", got)
	}
	got := shown(`{"store": {"kind": "etcd",
		"endpoints": ["https://a:2379"], "tls": {
		"ca": "/ca"}}}`)
	if want := []string{`store.kind "etcd" 1`, `store.endpoints ["https://a:2379"] 2`, `store.tls.ca "/ca" 3`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for key, want := range map[string]string{"store.tls.ca": `"/ca"`, "store.user": `""`, "store.kind": `"etcd"`} {
		if e, err := settings.Get(path, key); err != nil || e.Value != want {
			t.Errorf("%s is %s, %v", key, e.Value, err)
		}
	}
	if _, err := settings.Get(path, "store.kinds"); err == nil {
		t.Error("a store has no kinds")
	}
}
