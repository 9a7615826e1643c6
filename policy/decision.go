package policy

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/seed-810f1486/multiaccount/account"
)

// Decision is what one [Pool.Select] considered, and its outcome. It
// holds ids and figures: no secret, nothing that was said, and no key of a
// conversation but its [ConversationID].
type Decision struct {
	// Process is the id of the process that decided. Seq counts its pool's
	// decisions from 1.
	Process  int     `json:"process,omitempty"`
	Seq      uint64  `json:"seq"`
	At       Instant `json:"at"`
	Strategy string  `json:"strategy"`
	// Conversation stands for the request's affinity key; empty without one.
	Conversation string `json:"conversation,omitempty"`
	Model        string `json:"model,omitempty"`
	// Kind is the only kind of account that may serve; empty for any.
	Kind account.Kind `json:"kind,omitempty"`
	// Among are the only accounts that may serve; none for any.
	Among []string `json:"among,omitempty"`
	Pin   string   `json:"pin,omitempty"`
	// PinnedBy says who pinned the request; empty for the host.
	PinnedBy PinnedBy `json:"pinned_by,omitempty"`
	Tried    []string `json:"tried,omitempty"`
	// Active is the account that was in use before, Bound the conversation's.
	Active string `json:"active,omitempty"`
	Bound  string `json:"bound,omitempty"`
	// Chosen is empty when no account serves; Reason then says why.
	Chosen string `json:"chosen,omitempty"`
	Reason Reason `json:"reason"`
	// RetryAt is when a limited account is available again; zero when not known.
	RetryAt Instant `json:"retry_at,omitzero"`
	// Considered are the pool's accounts, in its order, when there are eight at
	// most; else the chosen one and some others: those tried, the one that the
	// conversation left, the active one, and the best of some groups of others.
	// LastUsed and InFlight may be up to a second old.
	Considered []Considered `json:"considered"`
	// Counts says how many accounts were in each [State], models aside; where the
	// pool has accounts of another kind than Kind, those are not counted.
	Counts [Usable + 1]int `json:"counts"`
	// Answer is what the account answered; nil while that is not known.
	Answer *Answered `json:"answer,omitempty"`
}

// Considered is one account as a decision found it.
type Considered struct {
	Facts
	// InFlight is kept only for accounts with a limit.
	InFlight int   `json:"in_flight,omitempty"`
	State    State `json:"state"`
	// Score is the strategy's: the greatest is the best. It is 0 with the
	// strategies that give none: sticky, round-robin, the host's own.
	Score float64 `json:"score,omitempty"`
	// Why says in a few words why the account was chosen or passed over.
	Why string `json:"why"`
}

// Answered is the outcome of a decision.
type Answered struct {
	// Status is the HTTP status; 0 when no answer came.
	Status int `json:"status,omitempty"`
	// Class is what the provider's answer means, Next is the step that followed.
	Class string `json:"class"`
	Next  string `json:"next"`
}

// conversationDigits is how many digits of the hash identify a conversation.
const conversationDigits = 12

// ConversationID is shown in place of an affinity key, since keys may tell of
// users: the beginning of its SHA-256, empty for no key.
func ConversationID(key string) string {
	if key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(shortKey(key)))
	return hex.EncodeToString(sum[:conversationDigits/2])
}
