package field_test

import (
	"fmt"
	"strings"
	"time"
)

// member is one account as its provider sees it.
type member struct {
	name, provider, plan string
	// session and week count every request, family those of one family of models.
	session, week, family *quota
	familyOf              string
	// credits is set when the provider goes on at the owner's expense.
	credits bool
	// lacks is a model that the plan does not have, disabledAt when the account's
	// organization is.
	lacks      string
	disabledAt time.Time

	access, refresh string
	grants          int
	// told counts how often each limit was told, paid the requests that cost money.
	told   map[string]int
	served int
	paid   int
}

func newMember(provider, name, plan, familyOf string, session, week, family int) *member {
	m := &member{
		name: name, provider: provider, plan: plan, familyOf: familyOf, told: map[string]int{},
		session: &quota{length: 5 * time.Hour, most: session},
		week:    &quota{length: 7 * 24 * time.Hour, most: week},
		family:  &quota{length: 7 * 24 * time.Hour, most: family},
	}
	m.grant()
	return m
}

// grant gives the member new tokens.
func (m *member) grant() {
	m.grants++
	m.access, m.refresh = fmt.Sprintf("access-%s-%d", m.name, m.grants), fmt.Sprintf("refresh-%s-%d", m.name, m.grants)
}

func (m *member) quotas(model string) map[string]*quota {
	all := map[string]*quota{"5h": m.session, "7d": m.week}
	if strings.Contains(model, m.familyOf) {
		all["family"] = m.family
	}
	return all
}

func (m *member) at(now time.Time) {
	for _, q := range m.quotas(m.familyOf) {
		q.at(now)
	}
}

// refuses returns the name of the recorded answer by which the member refuses a
// request for model; empty when it serves.
func (m *member) refuses(model string, now time.Time) string {
	m.at(now)
	switch kind := m.kind(); {
	case !m.disabledAt.IsZero() && !now.Before(m.disabledAt):
		return kind + "-disabled"
	case m.lacks != "" && m.lacks == model:
		return kind + "-no-model"
	}
	for _, name := range []string{"7d", "5h", "family"} {
		if q := m.quotas(model)[name]; q != nil && q.full() && !m.credits {
			return m.kind() + "-limited-" + name
		}
	}
	return ""
}

// can reports whether the member serves the request at no cost.
func (m *member) can(model string, now time.Time) bool {
	return m.refuses(model, now) == "" && !m.spends(model)
}

// spends reports whether serving the request costs money.
func (m *member) spends(model string) bool {
	for _, q := range m.quotas(model) {
		if q.full() {
			return m.credits
		}
	}
	return false
}

func (m *member) serve(model string) {
	if m.spends(model) {
		m.paid++
	}
	m.served++
	for _, q := range m.quotas(model) {
		q.used = min(q.used+1, q.most)
	}
}

func (m *member) kind() string {
	if m.provider == "anthropic" {
		return "claude"
	}
	return "codex"
}
