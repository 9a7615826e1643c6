package account_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// What is found out first of a login that was lost stays true, also after its
// owner had it tried once more, until there is another login.
func TestLostLoginStaysLost(t *testing.T) {
	at := time.Date(2026, 5, 4, 10, 11, 12, 0, time.UTC)
	lost := account.Fault{Kind: account.FaultLost, Reason: "never saved", At: at, Terminal: true}
	refused := account.Fault{Kind: account.FaultReauth, Reason: "invalid_grant", At: at.Add(time.Hour), Terminal: true}
	var r account.Record
	r.Fail(lost)
	r.Fail(refused)
	if *r.Fault != lost || !r.Refused() {
		t.Errorf("a refusal made of a lost login %+v", r.Fault)
	}
	r.Pardon()
	if r.Fault != nil || r.Refused() {
		t.Errorf("the owner's pardon left %+v", r.Fault)
	}
	r.Fail(refused)
	if *r.Fault != lost {
		t.Errorf("a refusal after the pardon made of a lost login %+v", r.Fault)
	}
	r.Apply(account.Grant{AccessToken: account.NewSecret("new")})
	r.Fail(refused)
	if *r.Fault != refused {
		t.Errorf("the fault of another login is %+v", r.Fault)
	}
}

// Of two faults the later one takes nothing back.
func TestFaultsAddUp(t *testing.T) {
	var r account.Record
	r.Fail(account.Fault{Kind: account.FaultReauth, Reason: "invalid_grant", Terminal: true, Disabled: true})
	r.Fail(account.Fault{Kind: account.FaultReauth, Reason: "refused too many times"})
	if !r.Fault.Disabled || !r.Refused() {
		t.Errorf("the fault is %+v", r.Fault)
	}
	r.Pardon()
	r.Fail(account.Fault{Kind: account.FaultReauth, Reason: "refused too many times"})
	if r.Fault.Disabled || r.Refused() {
		t.Errorf("the fault after a pardon is %+v", r.Fault)
	}
}
