package policy_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/policy"
)

// decided returns the pool's latest decision.
func decided(tb testing.TB, p *policy.Pool) policy.Decision {
	tb.Helper()
	all := p.Decisions(0)
	if len(all) == 0 {
		tb.Fatal("no decision is remembered")
	}
	return all[len(all)-1]
}

// whys are the accounts of a decision and what was said of each.
func whys(d policy.Decision) string {
	lines := make([]string, len(d.Considered))
	for i, c := range d.Considered {
		lines[i] = c.ID + ": " + c.Why
	}
	return strings.Join(lines, "; ")
}

func TestDecisionSaysWhyEachAccountWasPassedOver(t *testing.T) {
	tests := map[string]struct {
		accounts []policy.Facts
		active   string
		request  policy.Request
		want     string
	}{
		"first":   {[]policy.Facts{ready("a"), ready("b")}, "", policy.Request{}, "a: first by the strategy; b: another comes first"},
		"in use":  {[]policy.Facts{ready("a"), ready("b")}, "b", policy.Request{}, "a: another comes first; b: in use already"},
		"cooling": {[]policy.Facts{ready("a", cooling(time.Hour)), ready("b")}, "a", policy.Request{}, "a: cooling; b: first by the strategy"},
		"cooling for the model": {
			[]policy.Facts{ready("a", coolingFor("opus", time.Hour)), ready("b")},
			"a",
			policy.Request{Model: "opus"},
			"a: cooling; b: first by the strategy",
		},
		"spared": {
			[]policy.Facts{ready("a", limited(time.Second)), ready("b")},
			"a",
			policy.Request{},
			"a: spared: above the soft quota, or limited just now; b: first by the strategy",
		},
		"off":     {[]policy.Facts{ready("a", switched), ready("b")}, "", policy.Request{}, "a: ineligible; b: first by the strategy"},
		"claimed": {[]policy.Facts{ready("a", claimed), ready("b")}, "", policy.Request{}, "a: another process uses it; b: first by the strategy"},
		"tried": {
			[]policy.Facts{ready("a"), ready("b")},
			"a",
			policy.Request{Exclude: []string{"a"}},
			"a: tried already by this request; b: first by the strategy",
		},
		"pinned": {
			[]policy.Facts{ready("a"), ready("b")},
			"a",
			policy.Request{Pin: "b"},
			"a: the request is pinned to another account; b: the request is pinned to it",
		},
		"pinned to one that cannot": {
			[]policy.Facts{ready("a"), ready("b", cooling(time.Hour))},
			"a",
			policy.Request{Pin: "b"},
			"a: the request is pinned to another account; b: cooling",
		},
		"none": {[]policy.Facts{ready("a", cooling(time.Hour)), ready("b", switched)}, "", policy.Request{}, "a: cooling; b: ineligible"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPool(t, policy.Sticky, tt.accounts...)
			p.SetActive(tt.active)
			c := p.Select(&tt.request, start)
			d := decided(t, p)
			if got := whys(d); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if (d.Chosen != "") != c.OK || d.Reason != c.Reason || d.Active != tt.active || d.Seq != c.Seq {
				t.Errorf("%+v is the record of %+v", d, c)
			}
		})
	}
}

func TestDecisionOfAConversationThatMoves(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(p *policy.Pool)
		left   string
	}{
		"limited": {func(p *policy.Pool) { p.Put(ready("a", cooling(time.Hour)), start) }, "cooling"},
		"removed": {func(p *policy.Pool) { p.Remove("a", start) }, "no longer in the pool"},
		"off":     {func(p *policy.Pool) { p.Put(ready("a", switched), start) }, "ineligible"},
		"better":  {func(p *policy.Pool) { p.Put(ready("b", priority(1)), start) }, "another of a higher priority is usable"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPool(t, policy.Sticky, ready("a"), ready("b"))
			talk := policy.Request{Affinity: "alice@example.com"}
			p.Select(&talk, start)
			if d := decided(t, p); d.Bound != "" {
				t.Errorf("a new conversation was bound to %q", d.Bound)
			}
			tt.change(p)
			c := p.Select(&talk, start)
			if !c.Rebound || c.Was != "a" || c.Left != tt.left {
				t.Errorf("got %+v, want it to leave a: %s", c, tt.left)
			}
			d := decided(t, p)
			if d.Bound != "a" || d.Chosen != "b" || d.Conversation != policy.ConversationID(talk.Affinity) {
				t.Errorf("recorded: %+v", d)
			}
			if c = p.Select(&talk, start); c.Rebound || c.Was != "" || whyOf(decided(t, p), "b") != "the conversation's account" {
				t.Errorf("it moved once, but then: %+v, %s", c, whys(decided(t, p)))
			}
		})
	}
	p := newPool(t, policy.Sticky, ready("a"), ready("b"))
	p.Select(&policy.Request{Affinity: "k"}, start)
	if c := p.Select(&policy.Request{Affinity: "k", Exclude: []string{"a"}}, start); c.Left != "failed the request" {
		t.Errorf("left because %q", c.Left)
	}
}

func whyOf(d policy.Decision, id string) string {
	for _, c := range d.Considered {
		if c.ID == id {
			return c.Why
		}
	}
	return ""
}

func TestDecisionScoresAreThoseThatDecided(t *testing.T) {
	for _, strategy := range []string{policy.Hybrid, policy.DrainFirst} {
		p := newPool(t, strategy,
			ready("a", window(80, 5*time.Hour, time.Hour)), ready("b", window(20, 5*time.Hour, 4*time.Hour)), ready("c", used(time.Minute)))
		for i := range 5 {
			p.Select(&policy.Request{}, start.Add(time.Duration(i)*time.Minute))
			d := decided(t, p)
			for _, c := range d.Considered {
				// Hybrid stays with the active account within its margin, whose
				// 120 points are in its score.
				if best := scoreOf(d, d.Chosen) + 40; c.Score > best {
					t.Errorf("%s: %s scores %v, %s was chosen with %v", strategy, c.ID, c.Score, d.Chosen, best)
				}
			}
		}
	}
}

func scoreOf(d policy.Decision, id string) float64 {
	for _, c := range d.Considered {
		if c.ID == id {
			return c.Score
		}
	}
	return math.Inf(-1)
}

func TestDecisionsOfLargePoolsNameAFew(t *testing.T) {
	for _, strategy := range []string{policy.Sticky, policy.RoundRobin, policy.Hybrid, policy.DrainFirst} {
		p := newPool(t, strategy)
		for i := range 1000 {
			f := ready(fmt.Sprintf("account-%d", i), window(float64(i%100), 5*time.Hour, time.Hour))
			if i%10 == 0 {
				cooling(time.Hour)(&f)
			}
			f.Eligible = i%100 != 0
			p.Put(f, start)
		}
		for range 300 {
			p.Select(&policy.Request{Affinity: "k"}, start)
		}
		d := decided(t, p)
		if len(d.Considered) < 2 || len(d.Considered) > 8 || whyOf(d, d.Chosen) == "" {
			t.Errorf("%s: %d are named: %s", strategy, len(d.Considered), whys(d))
		}
		if want := [5]int{10, 90, 0, 0, 900}; d.Counts != want {
			t.Errorf("%s: counted %v, want %v", strategy, d.Counts, want)
		}
		if all := p.Decisions(0); len(all) != 200 || all[0].Seq != 101 || all[199].Seq != 300 {
			t.Errorf("%s: %d are remembered", strategy, len(all))
		}
		if got := p.Decisions(298); len(got) != 2 {
			t.Errorf("%s: %d after the 298th", strategy, len(got))
		}
		if _, ok := p.Decision(100); ok {
			t.Errorf("%s: the 100th of 300 is still there", strategy)
		}
		if got, ok := p.Decision(101); !ok || got.Seq != 101 {
			t.Errorf("%s: the 101st of 300 is not there", strategy)
		}
	}
}

func TestDecisionSurvivesJSON(t *testing.T) {
	p := newPool(t, policy.Hybrid,
		ready("a", window(math.NaN(), 5*time.Hour, time.Hour), coolingFor("opus", time.Hour)), ready("b", cooling(time.Hour), places(2)))
	p.Select(&policy.Request{Affinity: "alice@example.com", Model: "haiku", Exclude: []string{"b"}}, start)
	d := decided(t, p)
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "alice") {
		t.Errorf("the affinity key is in %s", data)
	}
	var back policy.Decision
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(d, back) {
		t.Errorf("got  %+v\nwant %+v", back, d)
	}
	for _, wrong := range []string{`{"reason":"no"}`, `{"considered":[{"state":"no"}]}`, `{"at":"yesterday"}`} {
		if json.Unmarshal([]byte(wrong), &back) == nil {
			t.Errorf("%s was taken", wrong)
		}
	}
}

func TestReplay(t *testing.T) {
	p := newPool(t, policy.RoundRobin, ready("a"), ready("b"), ready("c"))
	for i := range 30 {
		p.Select(&policy.Request{Affinity: []string{"x", "y"}[i/15]}, start.Add(time.Duration(i)*time.Second))
	}
	log := p.Decisions(0)
	same, err := policy.Replay(log, policy.Options{Strategy: policy.RoundRobin})
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range log {
		if same.Chosen[i] != d.Chosen {
			t.Fatalf("the same strategy picks %s where it picked %s", same.Chosen[i], d.Chosen)
		}
	}
	if same.Switches != 28 || same.Before != 28 {
		t.Errorf("30 turns of two conversations: %d and %d switches", same.Switches, same.Before)
	}
	sticky, err := policy.Replay(log, policy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if sticky.Switches != 0 || sticky.Before != 28 || sticky.Chosen[0] != "a" || sticky.Chosen[29] != "a" {
		t.Errorf("sticky: %+v", sticky)
	}
	if _, err := policy.Replay(log, policy.Options{Strategy: "no such"}); err == nil {
		t.Error("a strategy that does not exist was replayed")
	}
}

func TestReplayKeepsToWhatCouldServe(t *testing.T) {
	p := newPool(t, policy.Sticky, ready("a", places(1)), ready("b"), ready("c", cooling(time.Minute)))
	p.Select(&policy.Request{}, start)                  // a, whose only place is taken now
	p.Select(&policy.Request{}, start.Add(time.Second)) // b
	p.Remove("b", start)
	p.Select(&policy.Request{}, start.Add(time.Second*2)) // none
	p.Select(&policy.Request{}, start.Add(time.Minute))   // c
	got, err := policy.Replay(p.Decisions(0), policy.Options{Strategy: policy.RoundRobin})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a", "b", "", "c"}; !reflect.DeepEqual(got.Chosen, want) {
		t.Errorf("got %v, want %v", got.Chosen, want)
	}
}
