package event

// SettingsChanged tells that the engine works by other settings from now on.
type SettingsChanged struct {
	Occurrence
	// Keys are the full names of the settings that changed ("max_wait_ms",
	// "providers.openai.base_url").
	Keys []string `json:"keys"`
}

// SettingsRejected tells that the settings file has changed and cannot be used.
// The engine goes on with the settings it has.
type SettingsRejected struct {
	Occurrence
	// Reason is the error, as text.
	Reason string `json:"reason"`
}

// EventsDropped tells a subscriber that it was too slow and missed events.
type EventsDropped struct {
	Occurrence
	// Count is how many it missed.
	Count int `json:"count"`
}
