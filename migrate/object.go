package migrate

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// object is a JSON object that is read member by member, so that an odd one
// costs nothing but itself.
type object struct {
	members map[string]json.RawMessage
	// odd says which members were left out, and why. It holds nothing of them.
	odd []string
	// damaged is set when a token or a key is one that cannot be sent.
	damaged bool
}

// objectOf returns nil for what is no object, null among it.
func objectOf(raw json.RawMessage) *object {
	o := &object{}
	if json.Unmarshal(raw, &o.members) != nil || o.members == nil {
		return nil
	}
	return o
}

// names reports whether there is one of the members, be it null.
func (o *object) names(members ...string) bool {
	for _, name := range members {
		if o.members[name] != nil {
			return true
		}
	}
	return false
}

// has reports whether a member says something: null, {} and "" do not.
func (o *object) has(name string) bool {
	switch strings.Join(strings.Fields(string(o.members[name])), "") {
	case "", "null", "{}", `""`:
		return false
	}
	return true
}

func (o *object) leaveOut(name, why string) { o.odd = append(o.odd, name+" "+why) }

// note is what to report of the members that were left out.
func (o *object) note() string { return strings.Join(o.odd, "; ") }

func (o *object) text(name string) string {
	var text string
	if o.has(name) && json.Unmarshal(o.members[name], &text) != nil {
		o.leaveOut(name, "is no text")
		return ""
	}
	return strings.TrimSpace(text)
}

// secret reads a token or a key.
func (o *object) secret(name string) account.Secret {
	s, err := account.ParseSecret(o.text(name))
	if err != nil {
		o.damaged = true
		o.leaveOut(name, "cannot be used: "+err.Error())
	}
	return s
}

// header reads an id that is sent in a header.
func (o *object) header(name string) string {
	id, err := account.ParseSecret(o.text(name))
	if err != nil {
		o.leaveOut(name, "cannot be used: "+err.Error())
	}
	return id.Reveal()
}

func (o *object) moment(name string) time.Time {
	at, ok := momentOf(o.members[name])
	if !ok {
		o.leaveOut(name, "is no time that is known")
	}
	return at
}

// words reads a list of words, or a text with spaces or commas between them.
func (o *object) words(name string) []string {
	if !o.has(name) {
		return nil
	}
	var list []any
	var text string
	switch raw := o.members[name]; {
	case json.Unmarshal(raw, &list) == nil:
		return onlyTexts(list)
	case json.Unmarshal(raw, &text) == nil:
		return strings.FieldsFunc(text, func(r rune) bool { return r <= ' ' || r == ',' })
	}
	o.leaveOut(name, "is no list")
	return nil
}

func onlyTexts(list []any) []string {
	var texts []string
	for _, one := range list {
		if text, ok := one.(string); ok && text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

// flag reads a yes or no, which is otherwise when it is not told.
func (o *object) flag(name string, otherwise bool) bool {
	switch strings.ToLower(strings.Trim(string(o.members[name]), `"`)) {
	case "true", "1":
		return true
	case "false", "0":
		return false
	}
	if o.has(name) {
		o.leaveOut(name, "is neither true nor false")
	}
	return otherwise
}

// tokens reads a login's tokens by the names that they have in a file. Where
// the end of the access token is not told, its own claims may.
func (o *object) tokens(access, refresh, expires string) account.Credentials {
	c := account.Credentials{AccessToken: o.secret(access), RefreshToken: o.secret(refresh), ExpiresAt: o.moment(expires)}
	if c.ExpiresAt.IsZero() {
		c.ExpiresAt = endOf(c.AccessToken)
	}
	return c
}
