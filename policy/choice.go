package policy

// Choice is the answer to a [Request].
type Choice struct {
	// Slot is the account that serves. It means nothing unless OK is set.
	Slot Slot
	OK   bool
	// Rebound is set when the conversation had another account before.
	Rebound bool
	// Was is the account that the conversation had before, when it has another
	// now. Left says in a few words why that one does not serve.
	Was, Left string
	// Seq is the number of the decision, for [Pool.Decision].
	Seq uint64
	// Reason says why no account serves.
	Reason Reason
	// RetryAt is the first moment at which a limited account is available again,
	// whether or not this request tried it; zero when not known.
	RetryAt Instant
	// Probing is set while a request probes whether a limited account is available
	// again.
	Probing bool
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
	// PinBusy: the pinned account has no free place until a request ends.
	PinBusy
	// OwnLimited: others could serve, but the conversation's own account is free
	// at RetryAt, which is worth waiting for.
	OwnLimited
	// Declined: the host's strategy picked none of its candidates.
	Declined
	// Panicked: the host's strategy panicked.
	Panicked
	// AllBusy: an account is not limited but has no free place. One may become
	// free before RetryAt.
	AllBusy
	// AllLimited: the accounts that could serve are cooling until RetryAt or later.
	AllLimited
	// AllTried: this request has tried every account that could serve.
	AllTried
	// NoneEligible: every account is switched off or disabled.
	NoneEligible
	// NoAccounts: the pool is empty.
	NoAccounts
	// ProviderDown: the provider is in trouble, so no account is asked.
	ProviderDown
	// PinOtherKind: the pinned account is not of the kind that may serve.
	PinOtherKind
	// NoneOfKind: the pool has accounts, but none of the kind that may serve.
	NoneOfKind
	// PinOutside: the pinned account is none of those that may serve.
	PinOutside
	// NoneAmong: the pool has none of the accounts that may serve.
	NoneAmong
)

// String returns the reason in a few words.
func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return "unknown"
}

var reasonNames = [...]string{ //nolint:gochecknoglobals // a constant table
	"served", "the account is not in the pool", "the account cannot serve", "the account is busy",
	"its conversation's account is limited for a moment", "declined by the strategy", "the strategy panicked",
	"all busy", "all limited", "all tried", "none eligible", "no accounts",
	"the provider is in trouble",
	"the account is of another kind than can serve the request", "no account of the kind that can serve the request",
	"the account is none of those that the request is bound to", "none of the accounts that the request is bound to",
}
