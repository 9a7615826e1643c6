package event

// String returns the event as JSON; see [Encode].
func (e SettingsChanged) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e SettingsRejected) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e AccountJoined) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e AccountLeft) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e LoginRefreshed) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e RefreshFailed) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e LoginRejected) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e AccountCooled) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e OverageBlocked) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e PoolPaused) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e PoolResumed) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e ConversationMoved) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e DecisionMade) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e CircuitOpened) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e CircuitClosed) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e UsageUpdated) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e StreamFailed) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e StreamCut) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e AccountSwitched) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e VerificationRequired) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e AccountQuarantined) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e SaveFailed) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e EventsDropped) String() string { return text(e) }

// String returns the event as JSON; see [Encode].
func (e OwnerNeeded) String() string { return text(e) }
