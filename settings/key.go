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
	return Key{Name: k.name, Default: k.domain.show(k.initial), Allowed: k.domain.allowed(), Help: k.help}
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
	literal, _ := v.Value.(hujson.Literal)
	value, ok := k.domain.parse(literal)
	if ok && k.domain.contains(value) {
		return value, nil
	}
	return value, refuse(k.domain.allowed(), found(v))
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
	literal, _ := v.Value.(hujson.Literal)
	if literal.Kind() != '"' {
		return refuse(e.kind.allowed(), found(v))
	}
	if !e.kind.contains(literal.String()) {
		return errors.New("must be " + e.kind.allowed())
	}
	*e.field(o) = literal.String()
	return nil
}

func refuse(allowed, found string) error {
	return fmt.Errorf("must be %s, not %s", allowed, found)
}

func overrideKey(provider, key string) string {
	return providersKey + "." + provider + "." + key
}
