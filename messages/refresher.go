package messages

// ToRefresher is a message for the actor that refreshes tokens ahead of time.
//
//sumtype:decl
type ToRefresher interface{ toRefresher() }

// AccountsExpiring tells which accounts need a refresh soon. The supervisor
// sends it in answer to [GetExpiring].
type AccountsExpiring struct {
	Accounts []Recipient
}

// TokenRefreshed tells that a refresh asked for with [RefreshAccount] ended.
// An account sends it.
type TokenRefreshed struct {
	Err error
}

func (*AccountsExpiring) toRefresher() {}
func (*TokenRefreshed) toRefresher()   {}
