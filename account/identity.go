package account

// Identity returns what makes two records the same account: organization
// and subject. It is empty while the subject is not known.
func (r *Record) Identity() string {
	if r.Subject == "" {
		return ""
	}
	return r.Organization + "\x00" + r.Subject
}

// SharesToken reports whether both hold the same refresh token or API key.
func (r *Record) SharesToken(other *Record) bool { return r.Login().sharesToken(other.Login()) }

// Login is what tells a login of a provider from its others: whose it is, and the
// tokens that it holds. It is a plain value.
type Login struct {
	identity             string
	refreshToken, apiKey Secret
}

// Login returns what tells r's login from others.
func (r *Record) Login() Login {
	return Login{r.Identity(), r.Credentials.RefreshToken, r.Credentials.APIKey}
}

// Same reports whether both are one login: of the same identity, or with the same
// refresh token or API key. The zero Login is the same as no other.
func (l Login) Same(other Login) bool {
	return l.identity != "" && l.identity == other.identity || l.sharesToken(other)
}

func (l Login) sharesToken(other Login) bool {
	return !l.refreshToken.IsZero() && l.refreshToken.Equal(other.refreshToken) || !l.apiKey.IsZero() && l.apiKey.Equal(other.apiKey)
}
