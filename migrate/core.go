package migrate

import (
	"path/filepath"
	"strconv"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

// coreVersion is the one version that multi-account-core has written.
const coreVersion = 1

// coreFile is the file that multi-account-core keeps for one provider.
type coreFile struct {
	Version  int           `json:"version"`
	Accounts []coreAccount `json:"accounts"`
	Active   string        `json:"activeAccountUuid,omitempty"`
}

type coreAccount struct {
	UUID         string `json:"uuid,omitempty"`
	AccountID    string `json:"accountId,omitempty"`
	Label        string `json:"label,omitempty"`
	Email        string `json:"email,omitempty"`
	Plan         string `json:"planTier"`
	RefreshToken string `json:"refreshToken"`
	AccessToken  string `json:"accessToken,omitempty"`
	ExpiresAt    millis `json:"expiresAt,omitempty"`
	AddedAt      millis `json:"addedAt"`
	LastUsed     millis `json:"lastUsed"`
	Enabled      *bool  `json:"enabled,omitempty"`
	Disabled     bool   `json:"isAuthDisabled,omitempty"`
	Reason       string `json:"authDisabledReason,omitempty"`
}

// decodeCore reads a file of multi-account-core.
func (c *Contents) decodeCore(data []byte) error {
	var file coreFile
	if err := parse(data, &file); err != nil || file.Version != coreVersion {
		return ErrFormat
	}
	for i := range file.Accounts {
		a := &file.Accounts[i]
		name := a.name(i)
		provider := providerOf(c.Path, a)
		switch {
		case provider == "":
			c.skip(name, "neither the file's name nor the token tells the provider; name the file anthropic-… or openai-…")
		case a.RefreshToken == "" && a.AccessToken == "":
			c.skip(name, "it holds no token")
		default:
			c.add(name, a.record(provider))
			if login := &c.Logins[len(c.Logins)-1].Record; a.Enabled != nil {
				login.Enabled = *a.Enabled
			}
		}
	}
	return nil
}

func (a *coreAccount) name(i int) string {
	for _, name := range []string{a.UUID, a.AccountID, a.Email, a.Label} {
		if name != "" {
			return name
		}
	}
	return "account " + strconv.Itoa(i+1)
}

// record leaves out that the login was disabled: whether it works is found
// out anew.
func (a *coreAccount) record(provider string) account.Record {
	rec := account.Record{
		Provider: provider, Label: a.Label, Email: a.Email,
		Credentials: secrets(a.AccessToken, a.RefreshToken, a.ExpiresAt),
		AddedAt:     a.AddedAt.time(), LastUsedAt: a.LastUsed.time(),
	}
	if provider == openaiName {
		rec.Organization = a.AccountID
		rec = chatGPT(rec, "")
		if rec.Plan == "" {
			rec.Plan = openai.PlanLabel(a.Plan)
		}
		return rec
	}
	rec.Plan = anthropic.PlanLabel(a.Plan)
	return rec
}

// providerOf goes by the file's name, else by the form of the tokens.
func providerOf(path string, a *coreAccount) string {
	name := strings.ToLower(filepath.Base(path))
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(name, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("anthropic", "claude"):
		return anthropicName
	case has("openai", "codex", "chatgpt"):
		return openaiName
	case strings.HasPrefix(a.RefreshToken, "sk-ant-"), strings.HasPrefix(a.AccessToken, "sk-ant-"):
		return anthropicName
	case strings.HasPrefix(a.AccessToken, "eyJ"):
		return openaiName
	}
	return ""
}
