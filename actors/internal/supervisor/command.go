package supervisor

import (
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/messages"
)

// commandAccount forwards a user's command to one account, unless it would
// conflict with another account.
func (s *supervisor) commandAccount(m *messages.CommandAccount) {
	known := s.member(m.ID)
	if known == nil {
		m.Fail(messages.UnknownAccount(m.ID))
		return
	}
	var refused *messages.RefusalError
	switch c := m.Command.(type) {
	case *messages.ResetCooldown:
		now := s.Now()
		s.endPause(now.Add(1), now)
	case *messages.RenameAccount:
		refused = s.takeLabel(known.record, c.Label)
	case *messages.SetKey:
		refused = s.takeKey(known.record, c.Key)
	}
	if refused != nil {
		m.Fail(refused)
		return
	}
	known.Tell(m.Command)
}

// takeLabel reserves a label for r, unless another account has it.
func (s *supervisor) takeLabel(r *account.Record, label string) *messages.RefusalError {
	named := *r
	named.Label = label
	if id := s.holders.ofLabel(&named); id != "" && id != r.ID {
		return labelTaken(id)
	}
	s.holders.put(&named)
	return nil
}

func labelTaken(id string) *messages.RefusalError {
	return &messages.RefusalError{Reason: messages.RefusedLabel, AccountID: id, Detail: "it is called like that already"}
}

// takeKey reserves a key for r, unless r has a login, or another account has the
// key.
func (s *supervisor) takeKey(r *account.Record, key account.Secret) *messages.RefusalError {
	if r.Kind != account.APIKey {
		return &messages.RefusalError{Reason: messages.RefusedNoKey, AccountID: r.ID, Detail: "it has a login, not an API key; log in again"}
	}
	keyed := *r
	keyed.Credentials = account.Credentials{APIKey: key}
	if id := s.holders.ofTokens(&keyed); id != "" && id != r.ID {
		return &messages.RefusalError{Reason: messages.RefusedDuplicate, AccountID: id, Detail: "it already holds this key"}
	}
	s.holders.put(&keyed)
	return nil
}
