package account

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/rs/zerolog"
)

const redacted = "[redacted]"

// Secret is a token or a key. However it is printed, logged or encoded, it
// shows only that there is one. [Secret.Reveal] alone returns the value.
//
// The zero value is the empty secret. A Secret is immutable and safe for
// concurrent use. Compare with [Secret.Equal], never with ==.
type Secret struct {
	// A pointer, because fmt prints the fields of an unexported struct field
	// without calling its methods: what shows then is an address. The value stands
	// behind bearer, so that no request has to put the two together.
	text *string
}

// bearer is how a token is sent (RFC 6750 section 2.1).
const bearer = "Bearer "

// NewSecret wraps value; the empty string gives the zero Secret.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	text := bearer + value
	return Secret{text: &text}
}

// ErrUnsendable is returned by [ParseSecret]. It contains nothing of the
// secret.
var ErrUnsendable = errors.New("it has spaces or other characters that an HTTP header cannot carry; copy it again, whole and alone")

// ParseSecret reads a key or a token that somebody typed, or that a file holds.
// White space around it is removed. Nothing but white space gives the zero
// Secret. A text that cannot be sent in an HTTP header is refused with
// [ErrUnsendable]: keys and tokens consist of visible ASCII characters (RFC
// 6750 section 2.1).
func ParseSecret(text string) (Secret, error) {
	text = strings.TrimSpace(text)
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Secret{}, ErrUnsendable
	}
	return NewSecret(text), nil
}

// Reveal returns the value itself, for an Authorization header, a token
// request or the store's codec. Its result must not reach a log or an error.
func (s Secret) Reveal() string {
	return strings.TrimPrefix(s.Bearer(), bearer)
}

// Bearer returns the value of an Authorization header that carries the secret as a
// bearer token; empty for the zero Secret. It allocates nothing.
func (s Secret) Bearer() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.text == nil }

// Equal compares in a time that does not depend on the content.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// Fingerprint returns the SHA-256 of the value in hex, so that two holders can
// compare secrets without showing them; empty for the zero Secret.
func (s Secret) Fingerprint() string {
	if s.IsZero() {
		return ""
	}
	sum := sha256.Sum256([]byte(s.Reveal()))
	return hex.EncodeToString(sum[:])
}

// String returns "[redacted]", or nothing for the zero Secret.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return redacted
}

// GoString redacts under %#v.
func (s Secret) GoString() string { return s.String() }

// Format redacts under every verb and flag of fmt.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// LogValue redacts in log/slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalZerologObject redacts in zerolog.
func (s Secret) MarshalZerologObject(e *zerolog.Event) { e.Str("secret", s.String()) }

// MarshalJSON redacts: only the store's codec writes secrets, through Reveal.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// MarshalText redacts in every encoder that asks for text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
