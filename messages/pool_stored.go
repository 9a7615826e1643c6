package messages

import (
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

// DisableDecided tells whether an account was disabled. The writer sends it in
// answer to [DisableUnlessLast].
type DisableDecided struct {
	Asked    *DisableUnlessLast
	Disabled bool
}

// PoolLoaded tells what the store holds. The writer sends it in answer to
// [LoadPool].
type PoolLoaded struct {
	Accounts    []account.Record
	Quarantined []Quarantined
	Active      string
	Bindings    []policy.Binding
	Owned       []policy.Binding
	Pinned      string
	PinnedAt    time.Time
	Limits      []account.Limit
	Freed       []account.Freed
	Err         error
}

// PinStored tells the result of a [StorePin]. The writer sends it.
type PinStored struct {
	Asked *StorePin
	// Pinned is the account that the pool is now pinned to, PinnedAt since when.
	Pinned   string
	PinnedAt time.Time
	Err      error
}

// PoolStored tells what is stored for the whole pool after somebody, perhaps another
// process, changed it: limits, pin and owners of resources. The writer sends it.
type PoolStored struct {
	Owned  []policy.Binding
	Pinned string
	// PinnedAt is later for each pin than for the one before.
	PinnedAt time.Time
	Limits   []account.Limit
	Freed    []account.Freed
}

// AccountStored tells what is stored for an account after somebody, perhaps another
// process, changed it. The writer sends it. The supervisor forwards it to the
// account, or adds the account if it is new.
type AccountStored struct {
	Record account.Record
}

// AccountGone tells that an account is no longer stored. The writer sends it.
type AccountGone struct {
	ID string
}

// AccountUnreadable tells that an account's file exists and cannot be used. The
// writer sends it in place of [AccountStored]; an account sends it when it could not
// save.
type AccountUnreadable struct {
	Quarantined
}

// ClaimsChanged tells which accounts other processes are using now. The writer sends
// it.
type ClaimsChanged struct {
	IDs map[string]bool
}

// AccountsPresent tells which accounts are stored. The writer sends it from time to
// time; answered with [ReadAccounts] for those that differ.
type AccountsPresent struct {
	IDs []string
}

// AccountCreated tells that a new account is durable, or could not be stored. The
// writer sends it in answer to [CreateAccount].
type AccountCreated struct {
	Create *CreateAccount
	// Holder is the stored account that has the login already; nil for none. When
	// it is set, nothing was stored.
	Holder *account.Record
	Err    error
}

// Answer tells the asker the result.
func (m *AccountCreated) Answer() {
	if m.Err != nil {
		m.Create.Asker.Send(AccountAdded{Err: m.Err})
		return
	}
	m.Create.Asker.Send(AccountAdded{ID: m.Create.Record.ID})
}

// AccountRemoved tells that an account was removed from the store, or could not be.
// The writer sends it in answer to [DeleteAccount].
type AccountRemoved struct {
	ID  string
	Err error
}

// QuarantineDiscarded tells that the quarantined files of an account were deleted,
// or could not be. The writer sends it in answer to [DiscardQuarantined].
type QuarantineDiscarded struct {
	Discard *DiscardQuarantined
	Err     error
}

func (*QuarantineDiscarded) toSupervisor() {}
func (*DisableDecided) toSupervisor()      {}
func (*PoolStored) toSupervisor()          {}
func (*PoolLoaded) toSupervisor()          {}
func (*AccountStored) toSupervisor()       {}
func (*AccountGone) toSupervisor()         {}
func (*AccountUnreadable) toSupervisor()   {}
func (*AccountsPresent) toSupervisor()     {}
func (*PinStored) toSupervisor()           {}
func (*ClaimsChanged) toSupervisor()       {}
func (*AccountCreated) toSupervisor()      {}
func (*AccountRemoved) toSupervisor()      {}
