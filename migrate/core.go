package migrate

import (
	"cmp"
	"encoding/json"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

// coreVersion is the one version that multi-account-core has written.
const coreVersion = 1

// decodeCore reads a file of multi-account-core.
func (c *Contents) decodeCore(file *object) error {
	c.Format = account.FromMultiAccountCore
	if strings.Trim(string(file.members["version"]), `"`) != strconv.Itoa(coreVersion) {
		return &sourceError{"its version of multi-account-core's form is not 1, the only one that is known", ErrFormat}
	}
	var accounts []json.RawMessage
	if json.Unmarshal(file.members["accounts"], &accounts) != nil {
		return ErrFormat
	}
	provider := file.text("provider")
	for i, raw := range accounts {
		c.coreAccount("account "+strconv.Itoa(i+1), provider, objectOf(raw))
	}
	if len(accounts) == 0 {
		c.skip("accounts", "there is none")
	}
	return nil
}

// coreAccount takes one account in, whose place is its name when it has no other.
// provider is what the file says, empty for nothing.
func (c *Contents) coreAccount(place, provider string, a *object) {
	if a == nil {
		c.skip(place, notAnObject)
		return
	}
	name := a.coreName(place)
	rec := account.Record{
		Label: a.text("label"), Email: a.text("email"), Credentials: a.tokens("accessToken", "refreshToken", "expiresAt"),
		AddedAt: a.moment("addedAt"), LastUsedAt: a.moment("lastUsed"),
	}
	switch provider = cmp.Or(provider, providerOf(c.Path, &rec.Credentials)); provider {
	case anthropicName:
		rec.Provider, rec.Plan = anthropicName, anthropic.PlanLabel(a.text("planTier"))
	case openaiName:
		rec.Organization = a.header("accountId")
		if rec = chatGPT(rec, ""); rec.Plan == "" {
			rec.Plan = openai.PlanLabel(a.text("planTier"))
		}
	case "":
		c.skip(name, "neither the file's name nor the token tells the provider; name the file anthropic-… or openai-…")
		return
	default:
		rec.Provider, rec.Plan = provider, a.text("planTier")
	}
	rec.Subject, rec.Organization = cmp.Or(rec.Subject, a.text("subject")), cmp.Or(rec.Organization, a.header("organization"))
	// That the login was disabled is left out: whether it works is found out anew.
	if enabled := a.flag("enabled", true); c.add(name, a, rec) {
		c.Logins[len(c.Logins)-1].Record.Enabled = enabled
	}
}

func (o *object) coreName(otherwise string) string {
	for _, name := range []string{"uuid", "accountId", "email", "label"} {
		var text string
		if json.Unmarshal(o.members[name], &text) == nil && text != "" {
			return text
		}
	}
	return otherwise
}

// providerOf goes by the file's name, else by the form of the tokens.
func providerOf(path string, creds *account.Credentials) string {
	name := strings.ToLower(filepath.Base(path))
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(name, w) {
				return true
			}
		}
		return false
	}
	access, refresh := creds.AccessToken.Reveal(), creds.RefreshToken.Reveal()
	switch {
	case has("anthropic", "claude"):
		return anthropicName
	case has("openai", "codex", "chatgpt"):
		return openaiName
	case strings.HasPrefix(refresh, "sk-ant-"), strings.HasPrefix(access, "sk-ant-"):
		return anthropicName
	case strings.HasPrefix(access, "eyJ"):
		return openaiName
	}
	return ""
}
