package event

// Name is what an event is called in JSON, as "event". It stays as it is, even
// if the Go type is renamed.
type Name string

// The names.
const (
	// NameSettingsChanged is the name of [SettingsChanged].
	NameSettingsChanged Name = "settings_changed"
	// NameSettingsRejected is the name of [SettingsRejected].
	NameSettingsRejected Name = "settings_rejected"
	// NameAccountJoined is the name of [AccountJoined].
	NameAccountJoined Name = "account_joined"
	// NameAccountLeft is the name of [AccountLeft].
	NameAccountLeft Name = "account_left"
	// NameLoginRefreshed is the name of [LoginRefreshed].
	NameLoginRefreshed Name = "login_refreshed"
	// NameRefreshFailed is the name of [RefreshFailed].
	NameRefreshFailed Name = "refresh_failed"
	// NameLoginRejected is the name of [LoginRejected].
	NameLoginRejected Name = "login_rejected"
	// NameAccountCooled is the name of [AccountCooled].
	NameAccountCooled Name = "account_cooled"
	// NameOverageBlocked is the name of [OverageBlocked].
	NameOverageBlocked Name = "overage_blocked"
	// NameOwnerNeeded is the name of [OwnerNeeded].
	NameOwnerNeeded Name = "owner_needed"
	// NamePoolPaused is the name of [PoolPaused].
	NamePoolPaused Name = "pool_paused"
	// NamePoolResumed is the name of [PoolResumed].
	NamePoolResumed Name = "pool_resumed"
	// NameConversationMoved is the name of [ConversationMoved].
	NameConversationMoved Name = "conversation_moved"
	// NameDecisionMade is the name of [DecisionMade].
	NameDecisionMade Name = "decision_made"
	// NameCircuitOpened is the name of [CircuitOpened].
	NameCircuitOpened Name = "circuit_opened"
	// NameCircuitClosed is the name of [CircuitClosed].
	NameCircuitClosed Name = "circuit_closed"
	// NameUsageUpdated is the name of [UsageUpdated].
	NameUsageUpdated Name = "usage_updated"
	// NameStreamFailed is the name of [StreamFailed].
	NameStreamFailed Name = "stream_failed"
	// NameStreamCut is the name of [StreamCut].
	NameStreamCut Name = "stream_cut"
	// NameAccountSwitched is the name of [AccountSwitched].
	NameAccountSwitched Name = "account_switched"
	// NameVerificationRequired is the name of [VerificationRequired].
	NameVerificationRequired Name = "verification_required"
	// NameAccountQuarantined is the name of [AccountQuarantined].
	NameAccountQuarantined Name = "account_quarantined"
	// NameSaveFailed is the name of [SaveFailed].
	NameSaveFailed Name = "save_failed"
	// NameEventsDropped is the name of [EventsDropped].
	NameEventsDropped Name = "events_dropped"
)

// Name returns [NameSettingsChanged].
func (SettingsChanged) Name() Name { return NameSettingsChanged }

// Name returns [NameSettingsRejected].
func (SettingsRejected) Name() Name { return NameSettingsRejected }

// Name returns [NameAccountJoined].
func (AccountJoined) Name() Name { return NameAccountJoined }

// Name returns [NameAccountLeft].
func (AccountLeft) Name() Name { return NameAccountLeft }

// Name returns [NameLoginRefreshed].
func (LoginRefreshed) Name() Name { return NameLoginRefreshed }

// Name returns [NameRefreshFailed].
func (RefreshFailed) Name() Name { return NameRefreshFailed }

// Name returns [NameLoginRejected].
func (LoginRejected) Name() Name { return NameLoginRejected }

// Name returns [NameAccountCooled].
func (AccountCooled) Name() Name { return NameAccountCooled }

// Name returns [NameOverageBlocked].
func (OverageBlocked) Name() Name { return NameOverageBlocked }

// Name returns [NameOwnerNeeded].
func (OwnerNeeded) Name() Name { return NameOwnerNeeded }

// Name returns [NamePoolPaused].
func (PoolPaused) Name() Name { return NamePoolPaused }

// Name returns [NamePoolResumed].
func (PoolResumed) Name() Name { return NamePoolResumed }

// Name returns [NameConversationMoved].
func (ConversationMoved) Name() Name { return NameConversationMoved }

// Name returns [NameDecisionMade].
func (DecisionMade) Name() Name { return NameDecisionMade }

// Name returns [NameCircuitOpened].
func (CircuitOpened) Name() Name { return NameCircuitOpened }

// Name returns [NameCircuitClosed].
func (CircuitClosed) Name() Name { return NameCircuitClosed }

// Name returns [NameUsageUpdated].
func (UsageUpdated) Name() Name { return NameUsageUpdated }

// Name returns [NameStreamFailed].
func (StreamFailed) Name() Name { return NameStreamFailed }

// Name returns [NameStreamCut].
func (StreamCut) Name() Name { return NameStreamCut }

// Name returns [NameAccountSwitched].
func (AccountSwitched) Name() Name { return NameAccountSwitched }

// Name returns [NameVerificationRequired].
func (VerificationRequired) Name() Name { return NameVerificationRequired }

// Name returns [NameAccountQuarantined].
func (AccountQuarantined) Name() Name { return NameAccountQuarantined }

// Name returns [NameSaveFailed].
func (SaveFailed) Name() Name { return NameSaveFailed }

// Name returns [NameEventsDropped].
func (EventsDropped) Name() Name { return NameEventsDropped }
