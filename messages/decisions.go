package messages

import "github.com/seed-810f1486/multiaccount/policy"

// GetDecisions asks for the decisions that the supervisor remembers. A caller
// sends it; answered with [DecisionsListed].
type GetDecisions struct {
	Reply *Reply[DecisionsListed]
}

// ReadDecisions asks for the decisions that other processes stored. A caller sends
// it to the writer; answered with [DecisionsListed].
type ReadDecisions struct {
	Provider string
	Reply    *Reply[DecisionsListed]
}

// DecisionsListed answers [GetDecisions] and [ReadDecisions], the oldest first.
type DecisionsListed struct {
	Decisions []policy.Decision
	Err       error
}

// SaveDecisions replaces the decisions that this process stored for others to
// read. A supervisor sends it; not answered.
type SaveDecisions struct {
	Provider  string
	Decisions []policy.Decision
}

func (*GetDecisions) toSupervisor() {}
func (*ReadDecisions) toWriter()    {}
func (*SaveDecisions) toWriter()    {}

// Fail answers the ask with err.
func (m *GetDecisions) Fail(err error) { m.Reply.Send(DecisionsListed{Err: err}) }

// Fail answers the ask with err.
func (m *ReadDecisions) Fail(err error) { m.Reply.Send(DecisionsListed{Err: err}) }
