package admin

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/settings"
)

// usageBody is what was used, as it is answered.
type usageBody struct {
	By    string    `json:"by"`
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
	// Currency is that of the costs; empty where the settings say none.
	Currency string     `json:"currency,omitempty"`
	Rows     []usageRow `json:"rows"`
	Total    usageRow   `json:"total"`
}

type usageRow struct {
	Key          string `json:"key"`
	Label        string `json:"label,omitempty"`
	Requests     int64  `json:"requests"`
	Failed       int64  `json:"failed"`
	Input        int64  `json:"input_tokens"`
	Cached       int64  `json:"cached_tokens"`
	CacheWritten int64  `json:"cache_written_tokens"`
	Output       int64  `json:"output_tokens"`
	Reasoning    int64  `json:"reasoning_tokens"`
	LatencyMS    int64  `json:"latency_ms"`
	FirstByteMS  int64  `json:"first_byte_ms"`
	// Cost is there when the settings have prices; Unpriced are the models that it
	// leaves out.
	Cost     *float64 `json:"cost,omitempty"`
	Unpriced []string `json:"unpriced_models,omitempty"`
}

func rowOf(key string, g *UsageGroup) usageRow {
	return usageRow{
		Key: key, Requests: g.Requests, Failed: g.Failed, Input: g.Input, Cached: g.Cached, CacheWritten: g.CacheWritten, Output: g.Output,
		Reasoning: g.Reasoning, LatencyMS: mean(g.Latency, g.Requests), FirstByteMS: mean(g.FirstByte, g.Answered),
	}
}

// pricedRow is a row with its cost.
func pricedRow(key string, g *UsageGroup, prices *settings.Settings) usageRow {
	row := rowOf(key, g)
	if len(prices.Prices) == 0 {
		return row
	}
	row.Cost = new(float64)
	for _, model := range slices.Sorted(maps.Keys(g.Models)) {
		t := g.Models[model]
		price, ok := prices.PriceOf(model)
		switch {
		case ok:
			*row.Cost += price.Of(t.Input, t.Cached, t.CacheWritten, t.Output)
		case t != UsageTokens{}:
			row.Unpriced = append(row.Unpriced, model)
		}
	}
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
	body := usageBody{By: by, Since: asked.Since, Until: asked.Until, Rows: []usageRow{}}
	prices, _ := a.settings() // wrong settings are told by GET /settings
	body.Currency = prices.Currency
	var total UsageGroup
	for i := range groups {
		g := &groups[i]
		total.Add(g)
		row := pricedRow(keyOf(by, g), g, &prices)
		row.Label = names[row.Key]
		body.Rows = append(body.Rows, row)
	}
	slices.SortFunc(body.Rows, func(a, b usageRow) int { return strings.Compare(a.Key, b.Key) })
	body.Total = pricedRow("", &total, &prices)
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
