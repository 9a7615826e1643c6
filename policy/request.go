package policy

import (
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// Request is what selection needs to know of one request.
type Request struct {
	// Affinity ties the requests of one conversation to one account; empty
	// for a request that stands alone.
	Affinity string
	// Caller is who sends the request, when a host serves several: their
	// conversations are kept apart. Empty for the host itself.
	Caller string
	// Model is what the request asks for (see [account.Tiered]); empty when not
	// known.
	Model string
	// Kind is the only kind of account that may serve; empty for any.
	Kind account.Kind
	// Among are the ids of the only accounts that may serve; none for any.
	Among []string
	// Pin is the id of the only account that may serve; empty for any.
	Pin string
	// PinnedBy says who pinned the request; empty for the host.
	PinnedBy PinnedBy
	// Movable is set when Pin is only the account that the request used before:
	// another account may serve as well.
	Movable bool
	// Named are the ids of resources in the request that only the account which
	// made them can use: see [Pool.Owner].
	Named []string
	// Exclude are the ids of the accounts that this request tried already.
	Exclude []string
	// Priority orders the requests that wait for an account: the greatest is first,
	// of equal ones the oldest.
	Priority int
	// Waited is how long the request has waited so far, and WaitUntil how long it
	// may wait; zero means not at all.
	Waited    time.Duration
	WaitUntil Instant
}

// PinnedTo returns a copy that is pinned to an account.
func (r *Request) PinnedTo(id string, by PinnedBy) *Request {
	pinned := *r
	pinned.Pin, pinned.PinnedBy = id, by
	return &pinned
}

// Without returns a copy that also excludes these accounts.
func (r *Request) Without(ids []string) *Request {
	fewer := *r
	fewer.Exclude = slices.Concat(r.Exclude, ids)
	return &fewer
}

// PinnedBy says why a request is pinned to an account.
type PinnedBy string

// Who pinned a request.
const (
	// ByResource: the account made a resource that the request names.
	ByResource PinnedBy = "resource"
	// ByOwner: its owner has pinned all requests to the account.
	ByOwner PinnedBy = "owner"
)
