package models

import (
	"encoding/json"
	"strings"

	"github.com/seed-810f1486/multiaccount/internal/jsonscan"
)

// member is what the wire formats of Anthropic and OpenAI call the model.
const member = "model"

// Body is a request's body and where it names the model. The zero value names none.
type Body struct {
	text string
	// values are where the names are, quotes included: one, unless a body has the
	// member twice.
	values []span
	names  []string
}

type span struct{ from, to int }

// Read finds the model in a body that is a JSON object. It keeps text.
func Read(text string) Body {
	b := Body{text: text}
	c := jsonscan.New(text, nil)
	if !c.Enter('{') {
		return b
	}
	for name, ok := c.Member(); ok; name, ok = c.Member() {
		if !isMember(name) {
			c.Skip()
			continue
		}
		c.Next()
		from := c.Offset()
		if raw, ok := c.Text(); ok {
			b.values = append(b.values, span{from, c.Offset()})
			b.names = append(b.names, unescaped(raw))
		}
	}
	return b
}

// isMember knows the name in whatever way it is written: a server does, too.
func isMember(raw string) bool {
	return raw == member || strings.IndexByte(raw, '\\') >= 0 && unescaped(raw) == member
}

func unescaped(raw string) string {
	if strings.IndexByte(raw, '\\') < 0 {
		return raw
	}
	return string(jsonscan.Unescape(nil, raw))
}

// Model returns the model that is asked for; empty when none is named. Of several
// it is the last, as most servers read them.
func (b Body) Model() string {
	if len(b.names) == 0 {
		return ""
	}
	return b.names[len(b.names)-1]
}

// All returns each model that is named: what may be asked for, whichever of them a
// server reads.
func (b Body) All() []string { return b.names }

// WithModel returns the body with another model in place of the named one, and every
// other byte as it was.
func (b Body) WithModel(name string) []byte {
	quoted, err := json.Marshal(name)
	if err != nil {
		panic("models: a text does not encode: " + err.Error())
	}
	out := make([]byte, 0, len(b.text)+len(b.values)*len(quoted))
	at := 0
	for _, v := range b.values {
		out = append(append(out, b.text[at:v.from]...), quoted...)
		at = v.to
	}
	return append(out, b.text[at:]...)
}
