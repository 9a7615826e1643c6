package supervisor

import (
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
)

// holderOf returns the id of the account that has r's identity, one of its
// tokens, or the origin that r was found in; empty when there is none.
func (s *supervisor) holderOf(r *account.Record) string {
	if known := s.member(s.holders.ofIdentity(r)); known != nil && known.record.Identity() == r.Identity() {
		return known.record.ID
	}
	if known := s.member(s.holders.ofTokens(r)); known != nil && known.record.SharesToken(r) {
		return known.record.ID
	}
	for _, m := range s.order {
		if o := m.record.Origin; o != nil && r.Origin != nil && *o == *r.Origin {
			return m.record.ID
		}
	}
	return ""
}

// answerNotAdded answers a login that is not added: the pool has it as account
// id, or this is a dry run.
func answerNotAdded(m *messages.AddAccount, id string) {
	if id == "" {
		m.Reply.Send(messages.AccountAdded{})
		return
	}
	m.Fail(&messages.RefusalError{Reason: messages.RefusedDuplicate, AccountID: id, Detail: "the pool has this login already"})
}
