package admin

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/settings"
)

const (
	// usualSeries is how far back a series goes unless asked for another time.
	usualSeries = Day
	// mostSteps bounds a series, and mostLines how many lines it has.
	mostSteps = 2000
	mostLines = 20
	// otherLines is the key of the line in which the other ones are.
	otherLines = "~other"
)

// seriesBody are lines over time, as they are answered: columns for a chart.
type seriesBody struct {
	By    string    `json:"by"`
	Step  string    `json:"step"`
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
	// Currency is that of the costs; empty where the settings say none.
	Currency string `json:"currency,omitempty"`
	// Times are when the steps begin, in seconds since 1970.
	Times []int64     `json:"times"`
	Lines []usageLine `json:"lines"`
}

// usageLine has a figure for each step.
type usageLine struct {
	Key          string  `json:"key"`
	Label        string  `json:"label,omitempty"`
	Requests     []int64 `json:"requests"`
	Failed       []int64 `json:"failed"`
	Input        []int64 `json:"input_tokens"`
	Cached       []int64 `json:"cached_tokens"`
	CacheWritten []int64 `json:"cache_written_tokens"`
	Output       []int64 `json:"output_tokens"`
	Reasoning    []int64 `json:"reasoning_tokens"`
	LatencyMS    []int64 `json:"latency_ms"`
	FirstByteMS  []int64 `json:"first_byte_ms"`
	// Cost is there when the settings have prices; Unpriced are the models that it
	// leaves out.
	Cost     []float64 `json:"cost,omitempty"`
	Unpriced []string  `json:"unpriced_models,omitempty"`
}

func (a *Admin) getSeries(w http.ResponseWriter, r *http.Request) error {
	query, err := queryOf(r, "by", "step", "since", "until")
	if err != nil {
		return err
	}
	by, step := cmp.Or(query["by"], "all"), cmp.Or(query["step"], "1h")
	asked, err := seriesOf(by, step)
	if err == nil {
		asked.Since, asked.Until, err = span(query, usualSeries, time.Now())
	}
	if err != nil {
		return err
	}
	times, err := stepsOf(asked)
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
	prices, _ := a.settings() // wrong settings are told by GET /settings
	body := seriesBody{By: by, Step: step, Since: asked.Since, Until: asked.Until, Currency: prices.Currency, Times: []int64{}}
	for _, at := range times {
		body.Times = append(body.Times, at.Unix())
	}
	body.Lines = linesOf(groups, times, names, &prices)
	return send(w, http.StatusOK, body)
}

// seriesOf says what to ask for a series.
func seriesOf(by, step string) (UsageQuery, error) {
	lengths := map[string]time.Duration{"1m": time.Minute, "15m": 15 * time.Minute, "1h": time.Hour, "1d": Day}
	if lengths[step] == 0 {
		return UsageQuery{}, badRequest(fmt.Sprintf("step is %q, but has to be 1m, 15m, 1h or 1d", step))
	}
	switch by {
	case "all":
		return UsageQuery{Step: lengths[step]}, nil
	case "client", "account", "model", "provider":
		return UsageQuery{By: by, Step: lengths[step]}, nil
	}
	return UsageQuery{}, badRequest(fmt.Sprintf("by is %q, but has to be all, client, account, model or provider", by))
}

// stepsOf are when the steps of a time begin.
func stepsOf(q UsageQuery) ([]time.Time, error) {
	var times []time.Time
	for at := q.StepOf(q.Since); at.Before(q.Until); at = q.after(at) {
		if len(times) == mostSteps {
			return nil, badRequest(fmt.Sprintf("that has more than %d steps; ask for a longer step, or for less time", mostSteps))
		}
		times = append(times, at)
	}
	return times, nil
}

// linesOf puts groups into lines, that with the most tokens first.
func linesOf(groups []UsageGroup, times []time.Time, names map[string]string, prices *settings.Settings) []usageLine {
	at := make(map[int64]int, len(times))
	for i, t := range times {
		at[t.Unix()] = i
	}
	kept := greatest(groups)
	sums := map[string][]UsageGroup{}
	for i := range groups {
		key := groups[i].Key
		if !slices.Contains(kept, key) {
			key = otherLines
		}
		if sums[key] == nil {
			sums[key] = make([]UsageGroup, len(times))
		}
		sums[key][at[groups[i].At.Unix()]].Add(&groups[i])
	}
	if sums[otherLines] != nil {
		kept = append(kept, otherLines)
	}
	lines := []usageLine{}
	for _, key := range kept {
		line := lineOf(key, sums[key], prices)
		line.Label = names[key]
		lines = append(lines, line)
	}
	return lines
}

// greatest returns the keys with the most tokens, as many as there may be lines.
func greatest(groups []UsageGroup) []string {
	tokens := map[string]int64{}
	var keys []string
	for i := range groups {
		if _, seen := tokens[groups[i].Key]; !seen {
			keys = append(keys, groups[i].Key)
		}
		tokens[groups[i].Key] += groups[i].tokens()
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(tokens[b], tokens[a]), cmp.Compare(a, b)) })
	return keys[:min(len(keys), mostLines)]
}

func lineOf(key string, steps []UsageGroup, prices *settings.Settings) usageLine {
	line := usageLine{Key: key}
	unpriced := map[string]bool{}
	for i := range steps {
		row := rowOf(key, &steps[i], prices)
		line.Requests = append(line.Requests, row.Requests)
		line.Failed = append(line.Failed, row.Failed)
		line.Input = append(line.Input, row.Input)
		line.Cached = append(line.Cached, row.Cached)
		line.CacheWritten = append(line.CacheWritten, row.CacheWritten)
		line.Output = append(line.Output, row.Output)
		line.Reasoning = append(line.Reasoning, row.Reasoning)
		line.LatencyMS = append(line.LatencyMS, row.LatencyMS)
		line.FirstByteMS = append(line.FirstByteMS, row.FirstByteMS)
		if row.Cost != nil {
			line.Cost = append(line.Cost, *row.Cost)
		}
		for _, model := range row.Unpriced {
			unpriced[model] = true
		}
	}
	line.Unpriced = slices.Sorted(maps.Keys(unpriced))
	return line
}
