package migrate

import (
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// coreFile is the file that multi-account-core keeps for one provider.
type coreFile struct {
	Version int `json:"version"`
	// Provider is written by us alone: the file's name need not tell it.
	Provider string        `json:"provider,omitempty"`
	Accounts []coreAccount `json:"accounts"`
	Active   string        `json:"activeAccountUuid,omitempty"`
}

// coreAccount is one account in it. Moments are milliseconds since 1970.
type coreAccount struct {
	UUID         string `json:"uuid,omitempty"`
	AccountID    string `json:"accountId,omitempty"`
	Label        string `json:"label,omitempty"`
	Email        string `json:"email,omitempty"`
	Plan         string `json:"planTier"`
	RefreshToken string `json:"refreshToken"`
	AccessToken  string `json:"accessToken,omitempty"`
	ExpiresAt    int64  `json:"expiresAt,omitempty"`
	AddedAt      int64  `json:"addedAt"`
	LastUsed     int64  `json:"lastUsed"`
	Enabled      bool   `json:"enabled"`
	Disabled     bool   `json:"isAuthDisabled,omitempty"`
	Reason       string `json:"authDisabledReason,omitempty"`
	// Subject and Organization are written by us alone: they say whose login it is.
	Subject      string `json:"subject,omitempty"`
	Organization string `json:"organization,omitempty"`
}

// Export writes the logins of one provider in the form of multi-account-core,
// and returns what that form has no place for: API keys. It writes every token
// in plain text. active is the id of the account in use.
//
// From then on the logins belong to whoever uses that file: two programs that
// refresh one login end it for both.
func Export(w io.Writer, records []account.Record, active string) ([]Skipped, error) {
	file := coreFile{Version: coreVersion, Accounts: []coreAccount{}}
	var skipped []Skipped
	for i := range records {
		r := &records[i]
		file.Provider = r.Provider
		if r.Credentials.RefreshToken.IsZero() {
			skipped = append(skipped, Skipped{Name: r.DisplayLabel(), Reason: "it has no refresh token, and multi-account-core keeps nothing else"})
			continue
		}
		file.Accounts = append(file.Accounts, exported(r))
		if r.ID == active {
			file.Active = r.ID
		}
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return skipped, encoder.Encode(file)
}

func exported(r *account.Record) coreAccount {
	c := &r.Credentials
	a := coreAccount{
		UUID: r.ID, Label: r.Label, Email: r.Email, Plan: planTier(r.Plan),
		RefreshToken: c.RefreshToken.Reveal(), AccessToken: c.AccessToken.Reveal(), ExpiresAt: millis(c.ExpiresAt),
		AddedAt: millis(r.AddedAt), LastUsed: millis(r.LastUsedAt), Enabled: r.Enabled,
		Subject: r.Subject, Organization: r.Organization,
	}
	if r.Provider == openaiName {
		a.AccountID = r.Organization
	}
	if r.Fault != nil && r.Fault.Disabled {
		a.Disabled, a.Reason = true, r.Fault.Reason
	}
	return a
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// planTier is the provider's word for a plan, by the last word of its label.
func planTier(label string) string {
	return strings.ToLower(label[strings.LastIndexByte(label, ' ')+1:])
}
