package messages

// ToPoller is a message for the actor that asks for quota figures.
//
//sumtype:decl
type ToPoller interface{ toPoller() }

// AccountsStale tells which accounts' figures are old. The supervisor sends it
// in answer to [GetStale].
type AccountsStale struct {
	Accounts []Recipient
}

// UsagePolled tells that a poll asked for with [PollUsage] ended. An account
// sends it.
type UsagePolled struct {
	Err error
}

func (*AccountsStale) toPoller() {}
func (*UsagePolled) toPoller()   {}
