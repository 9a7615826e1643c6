package policy

// Binding ties one conversation to one account.
type Binding struct {
	// Key is the affinity key of the conversation's requests.
	Key string
	// Account is the account's id; empty when the binding ended.
	Account string
	UsedAt  Instant
}
