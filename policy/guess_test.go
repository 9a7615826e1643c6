package policy_test

import (
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

// met has an account meet a limit again and again, each time when the guess
// before has run out, and returns how long it rests each time.
func met(limits []account.Limit, times int, t policy.Tuning) []time.Duration {
	var rec account.Record
	var rests []time.Duration
	now := noon
	for range times {
		for i := range limits {
			limits[i].SeenAt = now
		}
		v := account.Verdict{Class: account.ClassLimited, Model: "opus (fast)", Limits: limits}
		policy.Report{LeasedAt: now, Verdict: v}.ApplyTo(&rec, now, t)
		until := rec.Limits[0].Until
		rests = append(rests, until.Sub(now))
		now = until.Add(time.Second)
	}
	return rests
}

func TestGuessesDoubleWhileItGoesOn(t *testing.T) {
	quota := account.Limit{Scope: account.ScopeAccount, Reason: "usage_limit_reached"}
	owner := account.Limit{Scope: account.ScopeAccount, Reason: "credit_balance_too_low", Owner: true}
	for name, test := range map[string]struct {
		limits            []account.Limit
		first, last, most time.Duration
	}{
		"bare":                       {nil, 5 * time.Second, time.Minute, time.Minute},
		"a quota without an end":     {[]account.Limit{quota}, time.Minute, time.Hour, time.Hour},
		"what the owner has to mend": {[]account.Limit{owner}, 10 * time.Minute, 6 * time.Hour, 6 * time.Hour},
	} {
		rests := met(test.limits, 12, tuning)
		if rests[0] != test.first || rests[1] != 2*test.first || rests[11] != test.last {
			t.Errorf("%s: rests %v", name, rests)
		}
	}
	if rests := met(nil, 3, policy.Tuning{DefaultRetryAfter: time.Second}); rests[0] != time.Second || rests[2] != time.Second {
		t.Errorf("the owner's own default is exceeded: %v", rests)
	}
}

// What only the owner can end is not forgotten over a night.
func TestOwnersLimitIsRememberedOverANight(t *testing.T) {
	var rec account.Record
	refuse := func(now time.Time) {
		l := account.Limit{Scope: account.ScopeAccount, Reason: "disabled", SeenAt: now, Owner: true}
		policy.Report{LeasedAt: now, Verdict: answered429(l)}.ApplyTo(&rec, now, tuning)
	}
	refuse(noon)
	morning := noon.Add(20 * hour)
	refuse(morning)
	if len(rec.Limits) != 1 || rec.Limits[0].Until.Sub(morning) != 20*time.Minute {
		t.Errorf("the next morning: %+v", rec.Limits)
	}
}

// A bare limit is the model's, and leaves no trace once it is over for good.
func TestBareLimitIsTheModels(t *testing.T) {
	var rec account.Record
	bare := policy.Report{LeasedAt: noon, Verdict: account.Verdict{Class: account.ClassLimited, Model: "opus (fast)"}}
	bare.ApplyTo(&rec, noon, tuning)
	l := rec.Limits[0]
	if l.Scope != account.ScopeModel || l.Model != "opus" || !l.Unstated {
		t.Errorf("%+v", l)
	}
	later := noon.Add(time.Minute)
	bare.ApplyTo(&rec, later, tuning)
	if rest := rec.Limits[0].Until.Sub(later); len(rec.Limits) != 1 || rest != 5*time.Second {
		t.Errorf("a minute later: %+v", rec.Limits)
	}
}

// What the provider would bill is a limit until the owner allows it.
func TestPaidUseIsTheOwnersToAllow(t *testing.T) {
	allowed := tuning
	allowed.AllowPaid = true
	paid := limitedUntil(noon, noon.Add(hour))
	paid.Paid = true
	success := policy.Report{LeasedAt: noon.Add(-1), Verdict: account.Verdict{Limits: []account.Limit{paid}}}
	figures := figuresOf("5h", 100, noon)
	figures.Windows[0].Paid = true
	for name, learn := range map[string]func(*account.Record, policy.Tuning){
		"a billed success": func(r *account.Record, t policy.Tuning) { success.ApplyTo(r, noon, t) },
		"figures":          func(r *account.Record, t policy.Tuning) { figures.ApplyTo(r, noon, t) },
	} {
		var free, rests account.Record
		learn(&free, allowed)
		learn(&rests, tuning)
		if len(free.Limits) != 0 || len(rests.Limits) != 1 || !rests.Limits[0].Paid {
			t.Errorf("%s: allowed %+v, not allowed %+v", name, free.Limits, rests.Limits)
		}
		if f := policy.FactsOf(&rests, allowed); f.CoolUntil != 0 {
			t.Errorf("%s: allowed since, and rests until %d", name, f.CoolUntil)
		}
		if f := policy.FactsOf(&rests, tuning); f.CoolUntil == 0 {
			t.Errorf("%s: does not rest", name)
		}
	}
}

// A limit that names no window is freed by newer figures with room in each.
func TestFiguresWithRoomFreeNamelessLimits(t *testing.T) {
	seen := secondsFromNoon(-10)
	body := limitedUntil(seen, noon.Add(hour))
	body.Source, body.Reason, body.Window = account.FromBody, "usage_limit_reached", true
	header := limitedUntil(seen, noon.Add(hour))
	header.Reason = "retry_after"
	window, owner := header, body
	window.Reason, window.Window = "7d", true
	owner.Owner = true
	figure := func(name string, percent float64, length time.Duration) account.UsageWindow {
		return account.UsageWindow{Name: name, Utilization: percent, Length: length, SeenAt: noon, ResetAt: noon.Add(hour)}
	}
	week := 7 * 24 * hour
	soft := figure("opus 7d", 100, week)
	soft.Soft = true
	for name, test := range map[string]struct {
		limit   account.Limit
		windows []account.UsageWindow
		asked   time.Time
		free    bool
	}{
		"from a body":           {body, []account.UsageWindow{figure("5h", 10, 5*hour), soft}, noon, true},
		"from a header":         {header, []account.UsageWindow{figure("5h", 10, 5*hour)}, noon, true},
		"another window's":      {window, []account.UsageWindow{figure("5h", 10, 5*hour)}, noon, false},
		"its own window's":      {window, []account.UsageWindow{figure("7d", 10, week)}, noon, true},
		"the owner's":           {owner, []account.UsageWindow{figure("5h", 10, 5*hour)}, noon, false},
		"one window is used up": {body, []account.UsageWindow{figure("5h", 10, 5*hour), figure("7d", 100, week)}, noon, false},
		"rates of a minute":     {body, []account.UsageWindow{figure("requests", 10, 0)}, noon, false},
		"older figures":         {body, []account.UsageWindow{figure("5h", 10, 5*hour)}, seen.Add(-time.Second), false},
	} {
		polled := account.Record{Limits: []account.Limit{test.limit}}
		policy.Figures{Windows: test.windows, AskedAt: test.asked}.ApplyTo(&polled, noon, tuning)
		answered := account.Record{Limits: []account.Limit{test.limit}}
		verdict := account.Verdict{Class: account.ClassCaller, Usage: test.windows}
		policy.Report{LeasedAt: test.asked, Verdict: verdict}.ApplyTo(&answered, noon, tuning)
		for from, rec := range map[string]account.Record{"polled": polled, "answered": answered} {
			held := policy.FactsOf(&account.Record{Limits: seenInAnswers(rec.Limits)}, tuning).CoolUntil != 0
			if held == test.free {
				t.Errorf("%s, %s: left %+v", name, from, rec.Limits)
			}
		}
	}
}

// seenInAnswers leaves out the limits that the figures themselves tell of.
func seenInAnswers(limits []account.Limit) []account.Limit {
	var left []account.Limit
	for _, l := range limits {
		if l.Source != account.FromUsage {
			left = append(left, l)
		}
	}
	return left
}
