package migrate

import (
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

// decodeCodex reads the Codex command line's auth.json.
func (c *Contents) decodeCodex(data []byte) error {
	var file struct {
		Key    string `json:"OPENAI_API_KEY"`
		Tokens *struct {
			ID      string `json:"id_token"`
			Access  string `json:"access_token"`
			Refresh string `json:"refresh_token"`
			Account string `json:"account_id"`
		} `json:"tokens"`
	}
	if err := parse(data, &file); err != nil {
		return err
	}
	if file.Key != "" {
		c.add("OPENAI_API_KEY", account.Record{
			Provider: openaiName, Credentials: account.Credentials{APIKey: account.NewSecret(file.Key)},
		})
	}
	if t := file.Tokens; t != nil {
		c.add("tokens", chatGPT(account.Record{
			Organization: t.Account, Credentials: secrets(t.Access, t.Refresh, 0),
		}, t.ID))
	}
	return nil
}

// chatGPT completes a login by what the claims of its tokens tell.
func chatGPT(rec account.Record, idToken string) account.Record {
	told, expires := openai.Identity(idToken, rec.Credentials.AccessToken.Reveal())
	rec.Provider = openaiName
	rec.Subject, rec.Plan = told.Subject, told.Plan
	if told.Organization != "" {
		rec.Organization = told.Organization
	}
	if told.Email != "" {
		rec.Email = told.Email
	}
	if rec.Credentials.ExpiresAt.IsZero() {
		rec.Credentials.ExpiresAt = expires
	}
	return rec
}
