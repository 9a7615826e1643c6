package roundtrip

import (
	"cmp"
	"strings"

	"github.com/seed-810f1486/multiaccount/internal/jsonscan"
	"github.com/seed-810f1486/multiaccount/internal/models"
)

// bodyFields are what a request's body says. What it does not say is empty.
type bodyFields struct {
	// conversation is the key that it belongs to one by.
	model, tier, conversation string
	// stream is set when it asks for a stream of events.
	stream bool
	// members are the watched members, as an object.
	members string
}

// readBody reads the request bodies of Anthropic's messages, OpenAI's responses and
// chat completions, and Google's contents; a body that is not JSON says nothing. When the
// model and the conversation are known, only the rest is read. It stops as soon
// as it has everything; but watched members may be anywhere. The result shares
// nothing with body.
func readBody(body string, known bool, watched []string) bodyFields {
	c := jsonscan.New(body, watched)
	var m mentioned
	if c.Enter('{') {
		for name, ok := c.Member(); ok; name, ok = c.Member() {
			m.read(&c, name)
			if m.stream && (known || m.model != "" && m.cacheKey != "") && len(watched) == 0 {
				break // nothing else counts
			}
		}
	}
	a := bodyFields{stream: m.stream, members: c.Seen()}
	if !known {
		a.tier = m.tier
		a.model, a.conversation = m.modelAndConversation()
	}
	return a
}

// mentioned are members of the body that is being read, and parts of it.
type mentioned struct {
	model, tier                  string
	cacheKey, user, conversation string
	stream                       bool
	// first is the user's first message; hasMessages is set once there are any.
	first       firstMessage
	hasMessages bool
}

// read reads a member of the body.
func (m *mentioned) read(c *jsonscan.Cursor, name string) {
	switch name {
	case "model":
		m.model = models.Name(text(c))
	case "speed", "service_tier":
		m.tier = cmp.Or(m.tier, tierOf(text(c)))
	case "stream":
		m.stream = c.Literal() == "true"
	case "prompt_cache_key":
		m.cacheKey = cmp.Or(text(c), m.cacheKey)
	case "metadata":
		m.user = sessionOfUser(textIn(c, "user_id"))
	case "conversation":
		m.conversation = textOrIn(c, "id")
	case "messages", "input", "contents":
		m.readMessages(c)
	case "cachedContent":
		m.cacheKey = cmp.Or(m.cacheKey, text(c))
	case "request": // of Code Assist, which has Google's body within its own
		m.readRequest(c)
	default:
		c.Skip()
	}
}

func (m *mentioned) readRequest(c *jsonscan.Cursor) {
	if !c.Enter('{') {
		c.Skip()
		return
	}
	for name, ok := c.Member(); ok; name, ok = c.Member() {
		switch name {
		case "session_id":
			m.conversation = cmp.Or(text(c), m.conversation)
		case "contents":
			m.readMessages(c)
		default:
			c.Skip()
		}
	}
}

func (m *mentioned) readMessages(c *jsonscan.Cursor) {
	if m.hasMessages {
		c.Skip()
		return
	}
	m.hasMessages = true
	m.first.read(c)
}

// modelAndConversation returns copies of both, in one piece of memory.
func (m *mentioned) modelAndConversation() (model, conversation string) {
	var both string
	switch key := cmp.Or(m.cacheKey, m.user, m.conversation); {
	case key == "" && m.first.size > 0:
		var digits [affinityDigits]byte
		m.first.hash(&digits)
		both = m.model + string(digits[:])
	case m.model == "" || key == "":
		return strings.Clone(m.model), strings.Clone(key)
	default:
		both = m.model + key
	}
	return both[:len(m.model)], both[len(m.model):]
}

// tierOf returns the speed tier that a request asks for by name, empty for the
// usual one: Anthropic's "speed", OpenAI's "service_tier".
func tierOf(asked string) string {
	switch asked {
	case "fast", "priority", "flex":
		return strings.Clone(asked)
	}
	return ""
}

// text returns what the next value says, if it is a string.
func text(c *jsonscan.Cursor) string {
	raw, _ := c.Text()
	if strings.IndexByte(raw, '\\') < 0 {
		return raw
	}
	return string(jsonscan.Unescape(nil, raw))
}

// textIn returns what the member of that name says in the next value, if there is
// one.
func textIn(c *jsonscan.Cursor, member string) string {
	if !c.Enter('{') {
		c.Skip()
		return ""
	}
	said, found := "", false
	for name, ok := c.Member(); ok; name, ok = c.Member() {
		if name != member || found {
			c.Skip()
			continue
		}
		said, found = text(c), true
	}
	return said
}

// textOrIn is text for a string, and textIn for an object.
func textOrIn(c *jsonscan.Cursor, member string) string {
	if c.Next() == '"' {
		return text(c)
	}
	return textIn(c, member)
}
