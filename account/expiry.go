package account

import "time"

// life returns how long the access token lives in all, zero when that is not known.
func (c *Credentials) life() time.Duration {
	if c.GrantedAt.IsZero() || c.ExpiresAt.IsZero() {
		return 0
	}
	return c.ExpiresAt.Sub(c.GrantedAt)
}

// expiryMargin is how long before its end a token counts as expired at most.
const expiryMargin = 60 * time.Second

// Expired reports whether a request at now needs a refresh first: there is no
// access token, or it ends within 60 seconds or a quarter of its life,
// whichever is less. API keys never expire.
func (r *Record) Expired(now time.Time) bool {
	margin := expiryMargin
	if life := r.Credentials.life(); life > 0 {
		margin = min(margin, life/4)
	}
	return r.endsBy(now.Add(margin))
}

// Due reports whether a token should be refreshed before it ends, by a caller
// that looks that far ahead. If the length of the token's life is known, it is
// not due in the first half: a token that lives shorter than ahead would be
// refreshed each time.
func (r *Record) Due(now time.Time, ahead time.Duration) bool {
	if life := r.Credentials.life(); life > 0 {
		ahead = min(ahead, life/2)
	}
	return r.Expired(now.Add(ahead))
}

// Ended reports whether the account has no access token that is valid at now.
// API keys never end.
func (r *Record) Ended(now time.Time) bool { return r.endsBy(now) }

func (r *Record) endsBy(t time.Time) bool {
	if r.Kind == APIKey {
		return false
	}
	c := &r.Credentials
	return c.AccessToken.IsZero() || (!c.ExpiresAt.IsZero() && !t.Before(c.ExpiresAt))
}

// Renewable reports whether the account can get a newer access token: by
// spending its own refresh token, or by reading the origin of a linked login
// again.
func (r *Record) Renewable() bool {
	if r.Lineage == Linked {
		return r.Origin != nil
	}
	return !r.Credentials.RefreshToken.IsZero()
}
