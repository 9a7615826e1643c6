package decisions_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/policy"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// key is what a host may take for an affinity key: it tells of a person.
const key = "alice@example.com"

// twoAccounts is a pool with the accounts "a" and "b", and its upstream.
func twoAccounts(t *testing.T) (eng *multiaccount.Engine, pool *multiaccount.Pool, client *http.Client, wire *rig.Wire, ids [2]string) {
	t.Helper()
	eng, pool = rig.OpenPlain(t, rig.NewProvider(), rig.Settings())
	ids = [2]string{rig.Add(t, pool, rig.Login("a")), rig.Add(t, pool, rig.Login("b"))}
	wire = &rig.Wire{}
	return eng, pool, &http.Client{Transport: pool.Transport(wire)}, wire, ids
}

// get makes a request and reads its answer to the end.
func get(ctx context.Context, t *testing.T, client *http.Client) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, rig.PlainURL, http.NoBody)
	rig.Must(t, err)
	resp, err := client.Do(req)
	rig.Must(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	rig.Must(t, errors.Join(err, resp.Body.Close()))
}

func TestAHostLearnsThatAConversationMoved(t *testing.T) {
	eng, _, client, wire, ids := twoAccounts(t)
	events := rig.Record(eng)
	var attempts []multiaccount.Attempt
	ctx := multiaccount.WithTrace(multiaccount.WithAffinity(t.Context(), key), func(a multiaccount.Attempt) { attempts = append(attempts, a) })

	get(ctx, t, client)
	if len(attempts) != 1 || attempts[0].AccountID != ids[0] || attempts[0].Moved || attempts[0].Status != 200 || attempts[0].Next != "return" {
		t.Fatalf("the first request: %+v", attempts)
	}
	attempts = nil
	wire.Next("access-a", http.StatusTooManyRequests)
	get(ctx, t, client)
	if len(attempts) != 2 || attempts[0].Class != "limited" || attempts[0].Next != "next account" || attempts[0].Moved {
		t.Fatalf("the second request: %+v", attempts)
	}
	if last := attempts[1]; last.AccountID != ids[1] || !last.Moved || last.Class != "success" ||
		!last.Rebound { //nolint:staticcheck // the old name stays true
		t.Fatalf("its second attempt: %+v", last)
	}
	moved := rig.Await[multiaccount.ConversationMoved](t, events)
	if moved.From != ids[0] || moved.AccountID != ids[1] || moved.Label != "b" || moved.Reason == "" || moved.Provider != rig.Plain {
		t.Errorf("the event: %+v", moved)
	}
	if moved.Conversation != policy.ConversationID(key) || strings.Contains(fmt.Sprintf("%+v", moved), key) {
		t.Errorf("the event names the conversation %q", moved.Conversation)
	}
	if made := rig.Await[multiaccount.DecisionMade](t, events); made.AccountID != ids[1] || made.Tried[0] != ids[0] || made.Seq != attempts[1].Decision {
		t.Errorf("the decision's event: %+v", made)
	}
	attempts = nil
	get(ctx, t, client)
	if len(attempts) != 1 || attempts[0].Moved || rig.Count[multiaccount.ConversationMoved](events) != 1 {
		t.Errorf("it moved once, but then: %+v", attempts)
	}
}

func TestDecisionsTellWhatARequestWentThrough(t *testing.T) {
	_, pool, client, wire, ids := twoAccounts(t)
	wire.Next("access-a", http.StatusTooManyRequests)
	get(multiaccount.WithAffinity(t.Context(), key), t, client)
	all, err := pool.Decisions(t.Context())
	rig.Must(t, err)
	if len(all) != 2 {
		t.Fatalf("one request with two attempts: %+v", all)
	}
	first, second := all[0], all[1]
	if first.Chosen != ids[0] || first.Answer == nil || *first.Answer != (policy.Answered{Status: 429, Class: "limited", Next: "next account"}) {
		t.Errorf("the first: %+v, %+v", first, first.Answer)
	}
	if second.Chosen != ids[1] || second.Bound != ids[0] || second.Answer == nil || *second.Answer != (policy.Answered{Status: 200, Class: "success", Next: "return"}) {
		t.Errorf("the second: %+v, %+v", second, second.Answer)
	}
	if why := second.Considered[0].Why; second.Considered[0].ID != ids[0] || why != "tried already by this request" {
		t.Errorf("of the account that failed it says %q", why)
	}
	if text := fmt.Sprintf("%+v", all); strings.Contains(text, key) || strings.Contains(text, "access-a") {
		t.Errorf("a decision tells too much: %s", text)
	}
}

func TestALeaseTellsItsDecision(t *testing.T) {
	_, pool, _, _, ids := twoAccounts(t)
	lease, err := pool.Acquire(t.Context(), multiaccount.Request{Account: ids[1], Model: "model-1"})
	rig.Must(t, err)
	d, err := lease.Decision(t.Context())
	rig.Must(t, err)
	if d.Chosen != ids[1] || d.Pin != ids[1] || d.Model != "model-1" || d.Answer != nil || d.Strategy != policy.Sticky {
		t.Errorf("before the answer: %+v", d)
	}
	lease.Done(multiaccount.Outcome{Status: 503, Header: http.Header{}})
	d, err = lease.Decision(t.Context())
	rig.Must(t, err)
	if d.Answer == nil || d.Answer.Status != 503 || d.Answer.Class != "server_error" {
		t.Errorf("after it: %+v", d.Answer)
	}
	for range 200 {
		other, err := pool.Acquire(t.Context(), multiaccount.Request{Account: ids[0]})
		rig.Must(t, err)
		other.Done(multiaccount.Outcome{Status: 200})
	}
	if _, err := lease.Decision(t.Context()); !errors.Is(err, multiaccount.ErrDecisionForgotten) {
		t.Errorf("after 200 others: %v", err)
	}
}

func TestARefusalIsADecision(t *testing.T) {
	eng, pool, _, _, ids := twoAccounts(t)
	events := rig.Record(eng)
	for _, id := range ids {
		rig.Must(t, pool.SetEnabled(t.Context(), id, false))
	}
	if _, err := pool.Acquire(t.Context(), multiaccount.Request{}); err == nil {
		t.Fatal("an account served that is switched off")
	}
	made := rig.Await[multiaccount.DecisionMade](t, events)
	if made.AccountID != "" || made.Reason != policy.NoneEligible.String() {
		t.Errorf("the event: %+v", made)
	}
	all, err := pool.Decisions(t.Context())
	rig.Must(t, err)
	if last := all[len(all)-1]; last.Seq != made.Seq || last.Chosen != "" || last.Reason != policy.NoneEligible || last.Counts[policy.Ineligible] != 2 {
		t.Errorf("the decision: %+v", last)
	}
}

func TestDebugLogTellsDecisions(t *testing.T) {
	var out rig.Log
	log := zerolog.New(&out).Level(zerolog.DebugLevel)
	eng := rig.Open(t, multiaccount.Config{
		Providers: []providers.Provider{rig.NewProvider()}, Settings: rig.Settings(), Store: persistence.NewMemory(), Logger: &log,
	})
	pool := rig.Pool(t, eng, rig.Plain)
	id := rig.Add(t, pool, rig.Login("a"))
	lease, err := pool.Acquire(t.Context(), multiaccount.Request{Affinity: key})
	rig.Must(t, err)
	lease.Done(multiaccount.Outcome{Status: 200})
	if text := out.String(); !strings.Contains(text, id+": first by the strategy") || strings.Contains(text, key) {
		t.Errorf("logged: %s", text)
	}
}

// A request that is turned away since the provider is in trouble shows as well.
func TestDecisionOfARequestThatIsTurnedAway(t *testing.T) {
	rig.Bubble(t, turnedAway)
}

func turnedAway(t *testing.T) {
	t.Helper()
	eng, pool, client, wire, ids := twoAccounts(t)
	events := rig.Record(eng)
	wire.Next("access-a", 529, 529, 529)
	wire.Next("access-b", 529, 529, 529)
	for range 4 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, rig.PlainURL, http.NoBody)
		rig.Must(t, err)
		resp, err := client.Do(req)
		var down *multiaccount.ProviderUnavailableError
		if errors.As(err, &down) {
			break
		}
		if err == nil {
			rig.Must(t, resp.Body.Close())
		}
	}
	all, err := pool.Decisions(t.Context())
	rig.Must(t, err)
	last := all[len(all)-1]
	if last.Reason != policy.ProviderDown || last.Chosen != "" || last.RetryAt == 0 || len(last.Considered) != 2 {
		t.Fatalf("the last decision: %+v", last)
	}
	for _, c := range last.Considered {
		if c.Why != "nobody is asked" {
			t.Errorf("of %s: %s", c.ID, c.Why)
		}
	}
	if made := rig.Await[multiaccount.DecisionMade](t, events); made.Seq == 0 || ids[0] == "" {
		t.Errorf("the event: %+v", made)
	}
}
