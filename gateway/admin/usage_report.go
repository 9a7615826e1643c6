package admin

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/shown"
	"github.com/seed-810f1486/multiaccount/settings"
)

// usageBody is what was used, as it is answered.
type usageBody struct {
	By    string    `json:"by"`
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
	// Currency is that of the costs; empty where the settings say none.
	Currency string       `json:"currency,omitempty"`
	Rows     []shown.Used `json:"rows"`
	Total    shown.Used   `json:"total"`
}

// rowOf is a line of a report, with its cost.
func rowOf(key string, g *UsageGroup, prices *settings.Settings) shown.Used {
	row := shown.UsedOf(key, g.Requests, g.Failed, shown.Tokens(g.UsageTokens), mean(g.Latency, g.Requests), mean(g.FirstByte, g.Answered))
	shown.Charge(&row, g.Models, prices)
	return row
}

// usualReport is how far back a report looks unless asked for another time.
const usualReport = 7 * Day

func (a *Admin) getUsage(w http.ResponseWriter, r *http.Request) error {
	query, err := queryOf(r, "by", "since", "until")
	if err != nil {
		return err
	}
	by := cmp.Or(query["by"], "day")
	asked, err := reportOf(by)
	if err == nil {
		asked.Since, asked.Until, err = span(query, usualReport, time.Now())
	}
	if err != nil {
		return err
	}
	groups, err := a.sum(r, asked)
	if err != nil {
		return err
	}
	names, err := a.usageLabels(r, by)
	if err != nil {
		return err
	}
	body := usageBody{By: by, Since: asked.Since, Until: asked.Until, Rows: []shown.Used{}}
	prices, _ := a.settings() // wrong settings are told by GET /settings
	body.Currency = prices.Currency
	var total UsageGroup
	for i := range groups {
		g := &groups[i]
		total.Add(g)
		row := rowOf(keyOf(by, g), g, &prices)
		row.Label = names[row.Key]
		body.Rows = append(body.Rows, row)
	}
	slices.SortFunc(body.Rows, func(a, b shown.Used) int { return strings.Compare(a.Key, b.Key) })
	body.Total = rowOf("", &total, &prices)
	return send(w, http.StatusOK, body)
}

// reportOf says what to ask for a report by that.
func reportOf(by string) (UsageQuery, error) {
	switch by {
	case "day":
		return UsageQuery{Step: Day}, nil
	case "hour":
		return UsageQuery{Step: time.Hour}, nil
	case "client", "account", "model", "provider":
		return UsageQuery{By: by}, nil
	}
	return UsageQuery{}, badRequest(fmt.Sprintf("by is %q, but has to be day, hour, client, account, model or provider", by))
}

func keyOf(by string, g *UsageGroup) string {
	switch by {
	case "day":
		return g.At.Local().Format(time.DateOnly)
	case "hour":
		return g.At.Local().Format(time.RFC3339)
	}
	return g.Key
}

// sum asks for figures; where nothing is recorded there are none.
func (a *Admin) sum(r *http.Request, q UsageQuery) ([]UsageGroup, error) {
	if a.config.Usage == nil {
		return nil, nil
	}
	return a.config.Usage.Sum(r.Context(), q)
}

// usageLabels are what accounts are called, where the figures are by account.
func (a *Admin) usageLabels(r *http.Request, by string) (map[string]string, error) {
	if by != "account" {
		return nil, nil
	}
	all, err := a.accounts(r.Context(), "")
	return labels(all), err
}

// span reads since and until.
func span(query map[string]string, usual time.Duration, now time.Time) (since, until time.Time, err error) {
	since, until = now.Add(-usual), now
	if text := query["since"]; text != "" {
		if since, err = sinceWhen(text, now); err != nil {
			return since, until, err
		}
	}
	if text := query["until"]; text != "" {
		if until, err = time.Parse(time.RFC3339, text); err != nil {
			return since, until, badRequest(fmt.Sprintf("until is %q; write it as 2026-01-31T12:00:00Z", text))
		}
	}
	if !since.Before(until) {
		return since, until, badRequest("since is not before until")
	}
	return since, until, nil
}

// sinceWhen is so many days or hours before now, or a moment.
func sinceWhen(text string, now time.Time) (time.Time, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 {
			return now.AddDate(0, 0, -n), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return now.Add(-d), nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	return now, badRequest(fmt.Sprintf("since is %q; write it as 7d, 12h or 2026-01-31T12:00:00Z", text))
}
