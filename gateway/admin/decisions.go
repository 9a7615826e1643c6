package admin

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/internal/shown"
	"github.com/seed-810f1486/multiaccount/providers"
)

const (
	// usualDecisions is how many are listed unless asked for another number, and
	// mostDecisions how many can be.
	usualDecisions = 100
	mostDecisions  = 1000
)

// decisionBody is a decision as it is answered.
type decisionBody struct {
	// ID is the process and the number within it.
	ID string `json:"id"`
	shown.Decision
}

// explained is a decision in words.
type explained struct {
	Decision      decisionBody       `json:"decision"`
	Headline      string             `json:"headline"`
	Circumstances string             `json:"circumstances"`
	Accounts      []explainedAccount `json:"accounts"`
	Answer        string             `json:"answer,omitempty"`
}

type explainedAccount struct {
	ID     string `json:"id"`
	Label  string `json:"label"`
	Chosen bool   `json:"chosen"`
	Text   string `json:"text"`
}

// decisions returns those of one provider, of all without a name, the newest first.
func (a *Admin) decisions(ctx context.Context, provider string) ([]decisionBody, error) {
	all := []decisionBody{}
	err := a.eachPool(provider, func(p providers.Provider, pool *multiaccount.Pool) error {
		some, err := pool.Decisions(ctx)
		for i := range some {
			d := decisionBody{Decision: shown.Decision{Provider: p.Name(), Decision: some[i]}}
			d.Process = cmp.Or(d.Process, a.pid)
			d.ID = fmt.Sprintf("%d-%d", d.Process, d.Seq)
			all = append(all, d)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b decisionBody) int {
		return cmp.Or(b.At.Time().Compare(a.At.Time()), cmp.Compare(b.Seq, a.Seq))
	})
	return all, nil
}

func (a *Admin) listDecisions(w http.ResponseWriter, r *http.Request) error {
	query, err := queryOf(r, "provider", "account", "conversation", "limit")
	if err != nil {
		return err
	}
	limit, err := limitOf(query["limit"])
	if err != nil {
		return err
	}
	all, err := a.decisions(r.Context(), query["provider"])
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(d decisionBody) bool {
		account, conversation := query["account"], query["conversation"]
		return account != "" && d.Chosen != account && !slices.Contains(d.Tried, account) || !strings.HasPrefix(d.Conversation, conversation)
	})
	return send(w, http.StatusOK, all[:min(len(all), limit)])
}

func limitOf(text string) (int, error) {
	if text == "" {
		return usualDecisions, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > mostDecisions {
		return 0, badRequest(fmt.Sprintf("limit is %q, but has to be a number from 1 to %d", text, mostDecisions))
	}
	return n, nil
}

func (a *Admin) explainDecision(w http.ResponseWriter, r *http.Request) error {
	provider, id := r.PathValue("provider"), r.PathValue("decision")
	all, err := a.decisions(r.Context(), provider)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(d decisionBody) bool { return d.ID == id })
	if i < 0 {
		return &problem{Status: http.StatusNotFound, Code: "unknown_decision", Detail: "the decision " + id + " of " + provider + " is not known, or not any more; GET " + Path + "/decisions lists those that are"}
	}
	accounts, err := a.accounts(r.Context(), provider)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, explain(&all[i], labels(accounts)))
}

// explain puts a decision into words; labels are what the accounts are called.
func explain(d *decisionBody, labels map[string]string) explained {
	e := explained{Decision: *d, Headline: headline(d, labels), Circumstances: d.Circumstances(), Accounts: []explainedAccount{}}
	for i := range d.Considered {
		c := &d.Considered[i]
		e.Accounts = append(e.Accounts, explainedAccount{
			ID: c.ID, Label: cmp.Or(labels[c.ID], c.ID), Chosen: c.ID == d.Chosen, Text: d.ReasonFor(c, moment),
		})
	}
	if d.Answer != nil {
		e.Answer = shown.Answer(d.Answer)
	}
	return e
}

// headline says which account was chosen, or why none.
func headline(d *decisionBody, labels map[string]string) string {
	switch {
	case d.Chosen != "":
		return cmp.Or(labels[d.Chosen], d.Chosen)
	case d.RetryAt != 0:
		return "no account: " + d.Reason.String() + ", the first is free at " + moment(d.RetryAt.Time())
	}
	return "no account: " + d.Reason.String()
}

func moment(at time.Time) string { return at.Local().Format("2006-01-02 15:04:05") }
