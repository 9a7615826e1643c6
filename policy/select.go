package policy

// Request is what selection needs to know of one request.
type Request struct {
	// Affinity ties the requests of one conversation to one account; empty
	// for a request that stands alone.
	Affinity string
	// Model is what the request asks for; empty when not known.
	Model string
	// Pin is the id of the only account that may serve; empty for any.
	Pin string
	// Exclude are the ids of the accounts that this request tried already.
	Exclude []string
}

// Choice is the answer to a [Request].
type Choice struct {
	// Slot is the account that serves. It means nothing unless OK is set.
	Slot Slot
	OK   bool
	// Rebound is set when the conversation had another account before.
	Rebound bool
	// Reason says why no account serves.
	Reason Reason
	// RetryAt is the first moment at which a limited account is available
	// again, whether or not this request tried it already; zero when not known.
	RetryAt Instant
}

// Reason says why no account serves a request.
type Reason uint8

// The reasons, from the most particular to the most general.
const (
	// Served: an account serves.
	Served Reason = iota
	// PinUnknown: the pinned account is not in the pool.
	PinUnknown
	// PinUnusable: the pinned account cannot serve now, or was tried already.
	PinUnusable
	// Declined: the host's strategy picked none of its candidates.
	Declined
	// AllBusy: an account is not limited but has no free place; a release
	// helps before RetryAt does.
	AllBusy
	// AllLimited: the accounts that could serve are cooling until RetryAt or later.
	AllLimited
	// AllTried: what could serve was tried already by this request.
	AllTried
	// NoneEligible: every account is switched off or disabled.
	NoneEligible
	// NoAccounts: the pool is empty.
	NoAccounts
)

// String returns the reason in a few words.
func (r Reason) String() string {
	return [...]string{
		"served", "the account is not in the pool", "the account cannot serve", "declined by the strategy",
		"all busy", "all limited", "all tried", "none eligible", "no accounts",
	}[r]
}
