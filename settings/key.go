package settings

import (
	"errors"
	"fmt"

	"github.com/tailscale/hujson"
)

// key is one line of the table, whatever its type.
type key interface {
	describe() Key
	setDefault(*Settings)
	overlay(*Settings, *Override)
	check(*Settings) error
	checkOverride(*Override) error
	read(*Settings, hujson.Value) error
	readOverride(*Override, hujson.Value) error
	// shown and shownOverride write the value as the file would have it; empty
	// when an override has none.
	shown(*Settings) string
	shownOverride(*Override) string
	schema() schema
}

// setting is one line of the table for values of type T.
type setting[T any] struct {
	name     string
	initial  T
	domain   domain[T]
	help     string
	in       func(*Settings) *T
	override func(*Override) **T
}

func (k setting[T]) describe() Key {
	return Key{
		Name: k.name, Default: k.domain.show(k.initial), Allowed: k.domain.allowed(), Help: k.help,
		Variable: variable(k.name),
	}
}

func (k setting[T]) setDefault(s *Settings) { *k.in(s) = k.initial }

func (k setting[T]) overlay(s *Settings, o *Override) {
	if value := *k.override(o); value != nil {
		*k.in(s) = *value
	}
}

func (k setting[T]) check(s *Settings) error { return k.checkValue(*k.in(s)) }

func (k setting[T]) checkOverride(o *Override) error {
	if value := *k.override(o); value != nil {
		return k.checkValue(*value)
	}
	return nil
}

func (k setting[T]) checkValue(value T) error {
	if !k.domain.contains(value) {
		return refuse(k.domain.allowed(), k.domain.show(value))
	}
	return nil
}

func (k setting[T]) read(s *Settings, v hujson.Value) error {
	value, err := k.parse(v)
	if err == nil {
		*k.in(s) = value
	}
	return err
}

func (k setting[T]) readOverride(o *Override, v hujson.Value) error {
	value, err := k.parse(v)
	if err == nil {
		*k.override(o) = &value
	}
	return err
}

func (k setting[T]) parse(v hujson.Value) (T, error) {
	value, ok := k.domain.parse(v)
	if ok && k.domain.contains(value) {
		return value, nil
	}
	return value, refuse(k.domain.allowed(), found(v))
}

func (k setting[T]) shown(s *Settings) string { return k.domain.show(*k.in(s)) }

func (k setting[T]) shownOverride(o *Override) string {
	if value := *k.override(o); value != nil {
		return k.domain.show(*value)
	}
	return ""
}

func (k setting[T]) schema() schema {
	s := k.domain.schema()
	s.Description = sentence(k.help)
	s.Default = []byte(k.domain.show(k.initial))
	return s
}

// endpoint is one key that only a provider has. Its messages never show the
// value: a URL may hold a password.
type endpoint struct {
	name  string
	kind  format
	help  string
	field func(*Override) *string
}

func (e endpoint) describe() Key {
	return Key{Name: e.name, Allowed: e.kind.allowed(), Help: e.help, ProviderOnly: true}
}

func (e endpoint) check(o *Override) error {
	if value := *e.field(o); value != "" && !e.kind.contains(value) {
		return errors.New("must be " + e.kind.allowed())
	}
	return nil
}

func (e endpoint) read(o *Override, v hujson.Value) error {
	l := literal(v)
	if l.Kind() != '"' {
		return refuse(e.kind.allowed(), found(v))
	}
	if !e.kind.contains(l.String()) {
		return errors.New("must be " + e.kind.allowed())
	}
	*e.field(o) = l.String()
	return nil
}

func (e endpoint) shown(o *Override) string {
	if value := *e.field(o); value != "" {
		return quote(value)
	}
	return ""
}

func (e endpoint) schema() schema {
	return schema{Type: "string", Pattern: e.kind.pattern(), Description: sentence(e.help)}
}

func refuse(allowed, found string) error {
	return fmt.Errorf("must be %s, not %s", allowed, found)
}

func overrideKey(provider, key string) string {
	return providersKey + "." + provider + "." + key
}
