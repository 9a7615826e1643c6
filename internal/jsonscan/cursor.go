// Package jsonscan reads a few members of a large JSON text, and skips the rest
// at nearly the speed of memory: it searches for the ends of strings, and for
// brackets between them. It does not check what it skips. A text that is not JSON
// ends where that shows; what was read before that stays valid.
package jsonscan

import "strings"

// Cursor moves through a text. Its user reads each member and element in order.
// After [Cursor.Member] and [Cursor.Element] the value is next, and has to be
// read, entered or skipped. Results are parts of the text, as they are written
// there.
//
// A name counts as it is written: one with an escape in it is another name.
type Cursor struct {
	text string
	at   int
	// names are watched, lengths has a bit for each of their lengths.
	names   []string
	lengths uint64
	seen    []byte
}

// New returns a cursor before a value. It remembers the members with these names
// that it passes: see [Cursor.Seen].
func New(text string, names []string) Cursor {
	c := Cursor{text: text, names: names}
	for _, name := range names {
		c.lengths |= 1 << len(name)
	}
	return c
}

// Enter reports whether the next value is an object or an array, by its opening
// bracket, and enters it.
func (c *Cursor) Enter(bracket byte) bool {
	if c.Next() != bracket {
		return false
	}
	c.at++
	return true
}

// Member returns the name of the next member of the object that was entered. ok
// is false at the object's end, which it leaves.
func (c *Cursor) Member() (name string, ok bool) {
	if c.Next() == ',' {
		c.at++
	}
	switch c.Next() {
	case '"':
		name, _ = c.quoted()
	case '}':
		c.at++
		return "", false
	}
	if c.Next() != ':' {
		c.leave()
		return "", false
	}
	c.note(name)
	c.at++
	return name, true
}

// Element reports whether the array that was entered has another element; if not,
// it leaves the array.
func (c *Cursor) Element() bool {
	if c.Next() == ',' {
		c.at++
	}
	switch c.Next() {
	case ']':
		c.at++
		return false
	case 0, '}', ':':
		c.leave()
		return false
	}
	return true
}

// Text returns what is between the quotes of the next value, which may have
// escapes: see [Unescape]. Any other value is skipped, and ok is false.
func (c *Cursor) Text() (raw string, ok bool) {
	if c.Next() == '"' {
		return c.quoted()
	}
	c.Skip()
	return "", false
}

// Literal returns the next value when it is true, false, null or a number. Any
// other is skipped, and the result empty.
func (c *Cursor) Literal() string {
	switch c.Next() {
	case '"', '{', '[':
		c.Skip()
		return ""
	}
	from := c.at
	for c.at < len(c.text) && !endsLiteral(c.text[c.at]) {
		c.at++
	}
	if c.at == from {
		c.leave() // no value at all
		return ""
	}
	return c.text[from:c.at]
}

// Skip passes over the next value.
func (c *Cursor) Skip() {
	switch c.Next() {
	case '"':
		c.quoted()
	case '{', '[':
		c.skipNested()
	default:
		c.Literal()
	}
}

// skipNested passes over an object or an array.
func (c *Cursor) skipNested() {
	depth := 0
	for at := c.at; at < len(c.text); at++ {
		switch c.text[at] {
		case '"':
			end := endOfString(c.text, at+1)
			if end < 0 {
				c.leave()
				return
			}
			c.at = end + 1
			c.note(c.text[at+1 : end])
			at = end
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				c.at = at + 1
				return
			}
		}
	}
	c.leave()
}

// quoted returns what is between the quotes of the next string. A string without
// an end ends the text, and ok is false.
func (c *Cursor) quoted() (raw string, ok bool) {
	from := c.at + 1
	end := endOfString(c.text, from)
	if end < 0 {
		c.leave()
		return "", false
	}
	c.at = end + 1
	return c.text[from:end], true
}

// Offset returns how many bytes of the text were read.
func (c *Cursor) Offset() int { return c.at }

// Next returns the first byte that is no white space; 0 at the end of the text.
func (c *Cursor) Next() byte {
	for c.at < len(c.text) {
		if b := c.text[c.at]; b > ' ' {
			return b
		}
		c.at++
	}
	return 0
}

// leave moves to the end of a text that is not JSON.
func (c *Cursor) leave() { c.at = len(c.text) }

func endsLiteral(b byte) bool { return b <= ' ' || strings.IndexByte(`,:]}[{"`, b) >= 0 }
