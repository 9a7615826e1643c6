package migrate

import (
	"cmp"
	"strings"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

// The members of Codex' file that hold something to log in with.
const (
	codexKey    = "OPENAI_API_KEY"
	codexTokens = "tokens"
	codexToken  = "personal_access_token"
	codexAgent  = "agent_identity"
)

// decodeCodex reads the Codex command line's auth.json.
func (c *Contents) decodeCodex(file *object) {
	c.Format = account.FromCodex
	if file.has(codexKey) {
		c.codexKey(file)
	}
	if file.has(codexTokens) {
		c.codexTokens(objectOf(file.members[codexTokens]))
	}
	if file.has(codexToken) {
		c.skip(codexToken, "it is a personal access token, which is not known here: log in with Codex' browser login, or with multiaccount's")
	}
	if file.has(codexAgent) {
		c.skip(codexAgent, "it is the identity of an agent, which is not known here: log in with Codex' browser login, or with multiaccount's")
	}
	if len(c.Logins)+len(c.Skipped) > 0 {
		return
	}
	switch codexMode(file) {
	case "", "apikey", "chatgpt", "chatgptauthtokens":
		c.skip(codexTokens, "nobody is logged in: log in with Codex first")
	default:
		c.skip("auth_mode", "it names a way to log in that is not known here: log in with Codex' browser login, or with multiaccount's")
	}
}

// codexKey takes the key if Codex uses it. A key that Codex does not use, because it
// has a login as well, would cost its owner money without permission.
func (c *Contents) codexKey(file *object) {
	mode := codexMode(file)
	key := file.secret(codexKey)
	switch {
	case mode != "" && mode != "apikey":
		c.skip(codexKey, "Codex does not use the key, by the file's auth_mode: it would be paid for by use; \"accounts add\" adds it all the same")
	case mode == "" && (file.has(codexTokens) || file.has(codexToken) || file.has(codexAgent)):
		c.skip(codexKey, "a login is beside the key, which would be paid for by use; \"accounts add\" adds it all the same")
	default:
		c.add(codexKey, file, account.Record{Provider: openaiName, Credentials: account.Credentials{APIKey: key}})
	}
}

// codexMode is the file's auth_mode without the marks between its words, which
// versions write differently.
func codexMode(file *object) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(file.text("auth_mode")))
}

func (c *Contents) codexTokens(t *object) {
	if t == nil {
		c.skip(codexTokens, notAnObject)
		return
	}
	rec := account.Record{Credentials: t.tokens("access_token", "refresh_token", "expires_at"), Organization: t.header("account_id")}
	c.add(codexTokens, t, chatGPT(rec, t.idToken()))
}

// idToken is the id token, which some versions keep within an object.
func (o *object) idToken() string {
	const name = "id_token"
	if inner := objectOf(o.members[name]); inner != nil {
		return inner.text("raw_jwt")
	}
	return o.text(name)
}

// chatGPT completes a login by what the claims of its tokens tell. A workspace
// that the file names comes first: it is the one which its program sends, and
// the tokens of one user name the same one whichever was chosen.
func chatGPT(rec account.Record, idToken string) account.Record {
	told, _ := openai.Identity(idToken, rec.Credentials.AccessToken.Reveal())
	rec.Provider = openaiName
	rec.Subject, rec.Plan = told.Subject, told.Plan
	rec.Organization = cmp.Or(rec.Organization, told.Organization)
	if told.Email != "" {
		rec.Email = told.Email
	}
	return rec
}
