package models

import (
	"encoding/json"
	"strings"

	"github.com/seed-810f1486/multiaccount/internal/jsonscan"
)

// member is what all wire formats call the model in a body.
const member = "model"

// maxDepth bounds how deep the members are nested that [isHolder] knows.
const maxDepth = 3

// isHolder reports whether a member has a request, or settings of one, as its value:
// those of batches, of Google's counts and of Code Assist, and the first message of a
// realtime session.
func isHolder(name string) bool {
	switch name {
	case "request", "requests", "params", "generateContentRequest", "setup", "session":
		return true
	}
	return false
}

// resource is what Google's API may write before the name.
const resource = "models/"

// Name returns a model's name as it stands in a body without what Google's API may
// write before it.
func Name(text string) string { return strings.TrimPrefix(text, resource) }

// Body is a request's body and where it names the model. The zero value names none.
type Body struct {
	text string
	// values are where the names are: one, unless a body has the member several times.
	values []value
}

// value is the name with its quotes.
type value struct {
	from, to int
	text     string
}

// Read finds the model in a body that is a JSON object. It keeps text.
func Read(text string) Body {
	b := Body{text: text}
	c := jsonscan.New(text, nil)
	b.read(&c, 0)
	return b
}

func (b *Body) read(c *jsonscan.Cursor, depth int) {
	if !c.Enter('{') {
		c.Skip()
		return
	}
	for name, ok := c.Member(); ok; name, ok = c.Member() {
		switch name = unescaped(name); { // a server knows it in whatever way it is written
		case name == member:
			b.readName(c)
		case depth < maxDepth && isHolder(name):
			b.readHolder(c, depth+1)
		default:
			c.Skip()
		}
	}
}

func (b *Body) readHolder(c *jsonscan.Cursor, depth int) {
	if !c.Enter('[') {
		b.read(c, depth)
		return
	}
	for c.Element() {
		b.read(c, depth)
	}
}

func (b *Body) readName(c *jsonscan.Cursor) {
	c.Next()
	from := c.Offset()
	if raw, ok := c.Text(); ok {
		b.values = append(b.values, value{from, c.Offset(), unescaped(raw)})
	}
}

func unescaped(raw string) string {
	if strings.IndexByte(raw, '\\') < 0 {
		return raw
	}
	return string(jsonscan.Unescape(nil, raw))
}

// All returns each model that is named: what may be asked for, whichever of them a
// server reads.
func (b Body) All() (names []string) {
	for _, v := range b.values {
		names = append(names, Name(v.text))
	}
	return names
}

// WithModel returns the body with another model in place of each that is named, and
// every other byte as it was.
func (b Body) WithModel(name string) []byte {
	out := make([]byte, 0, len(b.text)+len(b.values)*(len(name)+len(resource)+2))
	at := 0
	for _, v := range b.values {
		out = append(append(out, b.text[at:v.from]...), quoted(v.text[:len(v.text)-len(Name(v.text))]+name)...)
		at = v.to
	}
	return append(out, b.text[at:]...)
}

func quoted(text string) []byte {
	out, err := json.Marshal(text)
	if err != nil {
		panic("models: a text does not encode: " + err.Error())
	}
	return out
}
