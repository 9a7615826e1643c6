package account

import (
	"fmt"
	"time"
)

// Intent says that a refresh token is about to be spent. It is durable before
// the exchange begins and goes with it: one that is found belongs to an
// exchange whose outcome nobody saved.
type Intent struct {
	// Token is the fingerprint of the refresh token.
	Token string
	At    time.Time
	// Process is the id of the process that wrote the intent.
	Process int
}

// Lost says, for the account's owner, what happened to a login whose refresh
// token turned out to be spent.
func (i *Intent) Lost() string {
	return fmt.Sprintf("its refresh token was sent at %s by process %d, and the login that may have come of it was never saved",
		i.At.Format(time.RFC3339), i.Process)
}
