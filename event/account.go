package event

import "time"

// AccountJoined tells that an account was added to the pool, or got a new login.
type AccountJoined struct {
	Occurrence
	// Known is set when the account existed and got new credentials.
	Known bool `json:"known"`
}

// AccountLeft tells that an account was removed.
type AccountLeft struct{ Occurrence }

// AccountSwitched tells that an account was switched on or off by its user.
type AccountSwitched struct {
	Occurrence
	// Enabled is set when it was switched on.
	Enabled bool `json:"enabled"`
}

// AccountCooled tells that an account is limited until a moment.
type AccountCooled struct {
	Occurrence
	// Reason is the name of the limit, by the provider's words.
	Reason string `json:"reason"`
	// Model is empty when the whole account is limited.
	Model string `json:"model,omitzero"`
	// Until is when the limit ends.
	Until time.Time `json:"until,omitzero"`
}

// OverageBlocked tells that an account's plan is used up, and that the provider
// would go on at its owner's expense. The account rests instead; an
// [AccountCooled] follows.
type OverageBlocked struct {
	Occurrence
	// Reason is the provider's word for what would be paid for.
	Reason string `json:"reason"`
	// Until is how long the account rests.
	Until time.Time `json:"until,omitzero"`
}

// OwnerNeeded tells that an account is refused for a reason that only its owner
// can end, such as spent credit or a disabled organization. The other accounts
// serve; this one is tried again now and then. The event comes once for as long
// as the refusal lasts.
type OwnerNeeded struct {
	Occurrence
	// Reason is the provider's word for it.
	Reason string `json:"reason"`
	// Model is empty when the whole account is refused.
	Model string `json:"model,omitzero"`
	// RetryAt is when the account is tried again.
	RetryAt time.Time `json:"retry_at,omitzero"`
}

// VerificationRequired tells that the provider wants the account's owner to
// visit a page first.
type VerificationRequired struct {
	Occurrence
	// URL is the page.
	URL string `json:"url"`
}

// AccountQuarantined tells that an account's file could not be read.
type AccountQuarantined struct {
	Occurrence
	// Path is where the file's bytes are kept.
	Path string `json:"path"`
	// Reason says what is wrong with them.
	Reason string `json:"reason"`
}

// SaveFailed tells that a change of an account could not be stored. The change
// is in use, and storing it is tried again.
type SaveFailed struct {
	Occurrence
	// Reason is the error, as text.
	Reason string `json:"reason"`
}

// UsageUpdated tells that the known usage of an account's quota changed
// noticeably: a window of an hour or more by a whole percent, or by its reset.
type UsageUpdated struct {
	Occurrence
	// Windows are all quota windows of the account.
	Windows []UsageFigure `json:"windows"`
}

// UsageFigure is one quota window of an account.
type UsageFigure struct {
	// Name is the window's, such as "5h".
	Name string `json:"name"`
	// Utilization is how much of it is used, in percent.
	Utilization float64 `json:"utilization_percent"`
	// ResetAt is when the window begins anew; zero when not known.
	ResetAt time.Time `json:"reset_at,omitzero"`
}
