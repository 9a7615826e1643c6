package roundtrip

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/seed-810f1486/multiaccount/internal/jsonscan"
)

// hashedText is how much of a conversation's first message is hashed, in bytes as
// they are written. The hash has to tell a conversation from the others of an
// account; it proves nothing. Two messages of equal length that differ only later
// count as one conversation, which then only shares an account. To hash a first
// message of a megabyte would cost each request of the conversation more than all
// else.
const hashedText = 4 << 10

// firstMessage is the user's first message with a text. It identifies the
// conversation that began with it.
type firstMessage struct {
	// text is its first part as it is written; others are the parts behind it, up
	// to what is hashed; size is the length of all parts.
	text   string
	others []string
	size   int
}

// read reads messages up to the user's first one, and skips the others. An input
// may also be that text itself.
func (f *firstMessage) read(c *jsonscan.Cursor) {
	if !c.Enter('[') {
		raw, _ := c.Text()
		f.add(raw)
		return
	}
	for c.Element() {
		if f.size > 0 || !c.Enter('{') {
			c.Skip()
			continue
		}
		f.readMessage(c)
	}
}

func (f *firstMessage) readMessage(c *jsonscan.Cursor) {
	var role string
	for name, ok := c.Member(); ok; name, ok = c.Member() {
		switch name {
		case "role":
			role, _ = c.Text()
		case "content":
			f.clear()
			f.readContent(c)
		case "parts": // Google's, which may have no role
			role = cmp.Or(role, "user")
			f.clear()
			f.readContent(c)
		default:
			c.Skip()
		}
	}
	if role != "user" {
		f.clear()
	}
}

// readContent reads the texts of a message. Other members of its parts, such as
// where to cache, may change from turn to turn.
func (f *firstMessage) readContent(c *jsonscan.Cursor) {
	if !c.Enter('[') {
		raw, _ := c.Text()
		f.add(raw)
		return
	}
	for c.Element() {
		f.readPart(c)
	}
}

func (f *firstMessage) readPart(c *jsonscan.Cursor) {
	if !c.Enter('{') {
		c.Skip()
		return
	}
	said := false
	for name, ok := c.Member(); ok; name, ok = c.Member() {
		if name != "text" || said {
			c.Skip()
			continue
		}
		said = true
		raw, _ := c.Text()
		f.add(raw)
	}
}

func (f *firstMessage) add(raw string) {
	switch {
	case raw == "" || f.size > hashedText:
		return
	case f.size == 0:
		f.text = raw
	default:
		f.others = append(f.others, raw)
	}
	f.size += len(raw)
}

func (f *firstMessage) clear() { f.others, f.size = f.others[:0], 0 }

// hash writes the key of a message that has a text.
func (f *firstMessage) hash(digits *[affinityDigits]byte) {
	var small [512]byte
	said := jsonscan.Unescape(small[:0], f.text[:min(len(f.text), hashedText)])
	room := hashedText - len(f.text)
	for _, raw := range f.others {
		said = jsonscan.Unescape(said, raw[:min(len(raw), room)])
		room -= len(raw)
	}
	if f.size > hashedText {
		said = strconv.AppendInt(said, int64(f.size), 10)
	}
	sum := sha256.Sum256(said)
	hex.Encode(digits[:], sum[:affinityDigits/2])
}
