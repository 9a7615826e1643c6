package migrate

import (
	"encoding/json"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// The names of the providers, as their packages give them.
const (
	anthropicName = "anthropic"
	openaiName    = "openai"
)

// decode recognises the program by the members of the file.
func (c *Contents) decode(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return ErrJSON
	}
	has := func(name string) bool { return members[name] != nil }
	switch {
	case has("version") && has("accounts"):
		c.Format = account.FromMultiAccountCore
		return c.decodeCore(data)
	case has("claudeAiOauth"):
		c.Format = account.FromClaudeCode
		return c.decodeClaude(data)
	case has("tokens") || has("OPENAI_API_KEY"):
		c.Format = account.FromCodex
		return c.decodeCodex(data)
	}
	c.Format = account.FromOpenCode
	return c.decodeOpenCode(members)
}

// parse reads JSON into a struct. Its error holds nothing of the content.
func parse(data []byte, into any) error {
	if err := json.Unmarshal(data, into); err != nil {
		return ErrFormat
	}
	return nil
}

// millis is a moment in milliseconds since 1970; 0 is not known. Some programs
// write fractions.
type millis float64

// latest is a moment that every clock and file format has a name for.
const latest = millis(253402300799000) // the end of the year 9999

func (m millis) time() time.Time {
	if !(m > 0 && m <= latest) {
		return time.Time{}
	}
	return time.UnixMilli(int64(m))
}

// secrets are tokens by their role.
func secrets(access, refresh string, expires millis) account.Credentials {
	return account.Credentials{
		AccessToken: account.NewSecret(access), RefreshToken: account.NewSecret(refresh), ExpiresAt: expires.time(),
	}
}
