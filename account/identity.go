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
func (r *Record) SharesToken(other *Record) bool {
	a, b := &r.Credentials, &other.Credentials
	return (!a.RefreshToken.IsZero() && a.RefreshToken.Equal(b.RefreshToken)) || (!a.APIKey.IsZero() && a.APIKey.Equal(b.APIKey))
}
