package providertest

import (
	"net/http"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
)

// nativeAccountRefusals: whatever its status, an answer that names the account
// is not returned to the caller; only its owner helps.
func nativeAccountRefusals(t trial) {
	p, srv := t.attached()
	acct := srv.AddAccount(Account{Flavour: t.Flavour})
	for name, w := range map[string]struct {
		answer Answer
		scope  account.Scope
	}{
		"no credit":             {NoCredit(), account.ScopeAccount},
		"organization disabled": {OrganizationDisabled(), account.ScopeAccount},
		"plan without model":    {PlanWithoutModel(), account.ScopeModel},
	} {
		acct.Next(w.answer)
		v := t.asked(p, srv, acct)
		if v.Class != account.ClassLimited || len(v.Limits) != 1 || v.Code == "" {
			t.Errorf("%s: %+v, want one limit", name, v)
			continue
		}
		if l := v.Limits[0]; l.Scope != w.scope || !l.Owner || !l.Until.IsZero() || l.Reason != v.Code {
			t.Errorf("%s: limit %+v, want one of scope %s without an end, for the owner", name, l, w.scope)
		}
	}
}

func nativeRequestLimits(t trial) {
	p, srv := t.attached()
	acct := srv.AddAccount(Account{Flavour: t.Flavour})
	acct.Next(TooMuchAtOnce(), TierUsedUp(), TierUsedUp())
	tier := "fast"
	if t.Flavour == OpenAI {
		tier = "flex"
	}
	for _, model := range []string{"model-1", "model-1"} {
		if v := t.askedFor(p, srv, acct, model); v.Class != account.ClassCaller || v.Limits != nil {
			t.Errorf("%s: %+v, want the caller's", model, v)
		}
	}
	v := t.askedFor(p, srv, acct, account.Tiered("model-1", tier))
	if v.Class != account.ClassCaller || len(v.Limits) != 1 || v.Limits[0].Model != account.Tiered("model-1", tier) {
		t.Errorf("a request of the tier: %+v, want a limit of the tier", v)
	}
}

func nativeFamilies(t trial) {
	p, srv := t.attached()
	short, long := t.windows()
	family := Window{Name: "7d_opus", Model: "opus", Limit: 100, Used: 100}
	name := "Opus 7d"
	if t.Flavour == OpenAI {
		family = Window{Name: long, Family: "bengalfox", Label: "GPT-5.3-Codex-Spark", Model: "opus", Limit: 100, Used: 100}
		name = "GPT-5.3-Codex-Spark 7d"
	}
	acct := srv.AddAccount(Account{Flavour: t.Flavour, Windows: []Window{{Name: short, Used: 10}, family}})
	if v := t.asked(p, srv, acct); v.Class != account.ClassSuccess || v.Limits != nil {
		t.Errorf("another model: %+v", v)
	}
	v := t.askedFor(p, srv, acct, "opus-1")
	if v.Class != account.ClassLimited || len(v.Limits) != 1 {
		t.Fatalf("a model of the family: %+v, want one limit", v)
	}
	l := v.Limits[0]
	if l.Scope != account.ScopeModel || l.Model != "opus-1" || l.Reason != name || !l.Window {
		t.Errorf("limit %+v, want one of the model by %q", l, name)
	}
	expectSoft(t.T, v.Usage, name)
}

// expectSoft expects a full window that does not limit the account.
func expectSoft(t *testing.T, windows []account.UsageWindow, name string) {
	t.Helper()
	for _, w := range windows {
		if w.Name == name && w.Soft && near(w.Utilization, 100) {
			return
		}
	}
	t.Errorf("windows %+v, want %q full and soft", windows, name)
}

func nativePaidUse(t trial) {
	p, srv := t.attached()
	short, _ := t.windows()
	for _, paid := range []bool{false, true} {
		acct := srv.AddAccount(Account{Flavour: t.Flavour, PaidUse: paid, Windows: []Window{{Name: short, Limit: 100, Used: 100}}})
		v := t.asked(p, srv, acct)
		if len(v.Limits) != 1 || (v.Class == account.ClassSuccess) != paid {
			t.Errorf("paid %v: %+v, want one limit", paid, v)
			continue
		}
		if l := v.Limits[0]; l.Paid != paid || !l.Window || l.Reason != "5h" || time.Until(l.Until) < 4*time.Hour {
			t.Errorf("paid %v: limit %+v", paid, l)
		}
	}
	if v := t.classified(http.StatusOK, nil, ""); v.Limits != nil {
		t.Errorf("a success without a word of money: %+v", v)
	}
}
