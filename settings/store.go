package settings

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/tailscale/hujson"
)

// storeKey is the key of [Store] in the file.
const storeKey = "store"

// The kinds of a [Store].
const (
	// StoreFiles keeps the accounts in the state directory.
	StoreFiles = "files"
	// StoreEtcd shares them with other machines; multiaccountd-etcd serves it.
	StoreEtcd = "etcd"
)

// Store says where the accounts are. The zero value is [StoreFiles]. It has no
// part in what one provider overrides, and takes effect at the next start.
type Store struct {
	// Kind is [StoreFiles] or [StoreEtcd]; empty is StoreFiles.
	Kind string
	// Endpoints are the client addresses of the members of etcd.
	Endpoints []string
	// Prefix begins every key; empty is the store's own.
	Prefix string
	// User and PasswordFile are for an etcd with authentication. The password is
	// the file's first line.
	User         string
	PasswordFile string
	// CA, Certificate and Key are PEM files: who signed the members' certificates,
	// and what this machine shows to them. Empty is the system's, and none.
	CA          string
	Certificate string
	Key         string
}

// check returns what is wrong with a store.
func (s Store) check() error {
	switch {
	case s.Kind == "" || s.Kind == StoreFiles:
		if len(s.Endpoints)+len(s.Prefix+s.User+s.PasswordFile+s.CA+s.Certificate+s.Key) > 0 {
			return fmt.Errorf("has keys that are for the kind %q; name that, or leave them out", StoreEtcd)
		}
		return nil
	case s.Kind != StoreEtcd:
		return fmt.Errorf("has the kind %q; it must be %q or %q", s.Kind, StoreFiles, StoreEtcd)
	case len(s.Endpoints) == 0:
		return errors.New(`has no endpoints; give the addresses of etcd, such as ["https://etcd-1.example.com:2379"]`)
	case slices.ContainsFunc(s.Endpoints, notAnEndpoint):
		return errors.New("has an endpoint that is no http:// or https:// address without user and path")
	case (s.Certificate == "") != (s.Key == ""):
		return errors.New("has only one of tls.certificate and tls.key; give both")
	case (s.User == "") != (s.PasswordFile == ""):
		return errors.New("has only one of user and password_file; give both")
	}
	return nil
}

func notAnEndpoint(text string) bool {
	u, err := url.Parse(text)
	return err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != ""
}

// store reads the object of a store.
func (r *reader) store(v hujson.Value) (s Store, err error) {
	r.object(v, storeKey, []field{
		textField("kind", &s.Kind),
		{"endpoints", func(v hujson.Value) error {
			endpoints, ok := argv{}.parse(v)
			if !ok {
				return refuse("a list of addresses", found(v))
			}
			s.Endpoints = endpoints
			return nil
		}},
		textField("prefix", &s.Prefix), textField("user", &s.User), textField("password_file", &s.PasswordFile),
		{"tls", func(v hujson.Value) error {
			r.object(v, storeKey+".tls", []field{
				textField("ca", &s.CA), textField("certificate", &s.Certificate), textField("key", &s.Key),
			})
			return nil
		}},
	})
	return s, s.check()
}

func textField(name string, into *string) field {
	return field{name, func(v hujson.Value) error {
		l := literal(v)
		if l.Kind() != '"' {
			return refuse("a text", found(v))
		}
		*into = l.String()
		return nil
	}}
}

// storeKeys are the full names of what a store may have.
func storeKeys() []string {
	return []string{
		"store.kind", "store.endpoints", "store.prefix", "store.user", "store.password_file",
		"store.tls.ca", "store.tls.certificate", "store.tls.key",
	}
}

// shown is the value of one of the storeKeys as JSON; empty when it is not set.
func (s Store) shown(key string) string {
	text := map[string]string{
		"store.kind": cmp.Or(s.Kind, StoreFiles), "store.prefix": s.Prefix, "store.user": s.User, "store.password_file": s.PasswordFile,
		"store.tls.ca": s.CA, "store.tls.certificate": s.Certificate, "store.tls.key": s.Key,
	}[key]
	switch {
	case text != "":
		return quote(text)
	case key == "store.endpoints" && len(s.Endpoints) > 0:
		return argv{}.show(s.Endpoints)
	}
	return ""
}

// storeSchema is narrower than the loader's rules, as far as the two differ.
func storeSchema() *schema {
	text := func(help string) *schema { return &schema{Type: "string", Description: help} }
	files, etcd := object("Accounts in the state directory."), object("Accounts that machines share.")
	files.Properties["kind"] = &schema{Type: "string", Pattern: "^" + StoreFiles + "$"}
	etcd.Properties["kind"] = &schema{Type: "string", Pattern: "^" + StoreEtcd + "$"}
	etcd.Properties["endpoints"] = &schema{
		Type: "array", Description: "Client addresses of the members.",
		MinItems: 1, Items: &schema{Type: "string", Pattern: endpointPattern},
	}
	etcd.Required = []string{"kind", "endpoints"}
	etcd.Properties["prefix"] = text("Begins every key.")
	etcd.Properties["user"] = text("For an etcd with authentication.")
	etcd.Properties["password_file"] = text("Its first line is the password.")
	etcd.DependentRequired = map[string][]string{"user": {"password_file"}, "password_file": {"user"}}
	tls := object("Files in PEM.")
	tls.Properties["ca"] = text("Who signed the members' certificates.")
	etcd.Properties["tls"] = &tls
	tls.Properties["certificate"], tls.Properties["key"] = text("What this machine shows to the members."), text("The certificate's key.")
	tls.DependentRequired = map[string][]string{"certificate": {"key"}, "key": {"certificate"}}
	return &schema{Type: "object", Description: "Where the accounts are.", AnyOf: []schema{files, etcd}}
}

const endpointPattern = `^https?://[A-Za-z0-9.-]+(:[0-9]+)?$`
