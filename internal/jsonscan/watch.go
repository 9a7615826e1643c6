package jsonscan

import "slices"

// longestSeen bounds the kept values of watched members.
const longestSeen = 256

// Seen returns an object of the watched members that the cursor passed, in their
// order: those whose values are literals, strings, or arrays, of which it has the
// first string. Values of more than 256 bytes are left out. It is empty when
// there was none, and shares nothing with the text.
func (c *Cursor) Seen() string {
	if len(c.seen) == 0 {
		return ""
	}
	return string(c.seen) + "}"
}

// note keeps the value of the member with that name, if it is watched and a
// member: the cursor is behind its name.
func (c *Cursor) note(name string) {
	if len(name) >= 64 || c.lengths&(1<<len(name)) == 0 || !slices.Contains(c.names, name) {
		return
	}
	behind := c.at
	if c.Enter(':') {
		c.keep(name)
	}
	c.at = behind
}

func (c *Cursor) keep(name string) {
	open, value, closing := "", "", ""
	if c.Enter('[') {
		open, closing = "[", "]"
	}
	switch c.Next() {
	case '{', '[', ']', 0:
		return
	case '"':
		from := c.at
		if _, ok := c.quoted(); !ok {
			return
		}
		value = c.text[from:c.at]
	default:
		value = c.Literal()
	}
	if len(value) > longestSeen {
		return
	}
	separator := ","
	if len(c.seen) == 0 {
		separator = "{"
	}
	for _, part := range []string{separator, `"`, name, `":`, open, value, closing} {
		c.seen = append(c.seen, part...)
	}
}
