package migrate

import (
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
)

// decodeClaude reads Claude Code's .credentials.json.
func (c *Contents) decodeClaude(data []byte) error {
	var file struct {
		Login struct {
			AccessToken  string   `json:"accessToken"`
			RefreshToken string   `json:"refreshToken"`
			ExpiresAt    millis   `json:"expiresAt"`
			Scopes       []string `json:"scopes"`
			Subscription string   `json:"subscriptionType"`
		} `json:"claudeAiOauth"`
	}
	if err := parse(data, &file); err != nil {
		return err
	}
	login := file.Login
	rec := account.Record{
		Provider: anthropicName, Plan: anthropic.PlanLabel(login.Subscription),
		Credentials: secrets(login.AccessToken, login.RefreshToken, login.ExpiresAt),
	}
	rec.Credentials.Scopes = login.Scopes
	c.add("claudeAiOauth", rec)
	return nil
}
