package admin

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"
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
	body := seriesBody{By: by, Step: step, Since: asked.Since, Until: asked.Until, Times: []int64{}}
	for _, at := range times {
		body.Times = append(body.Times, at.Unix())
	}
	body.Lines = linesOf(groups, times, names)
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
func linesOf(groups []UsageGroup, times []time.Time, names map[string]string) []usageLine {
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
		line := lineOf(key, sums[key])
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

func lineOf(key string, steps []UsageGroup) usageLine {
	line := usageLine{Key: key}
	for i := range steps {
		row := rowOf(key, &steps[i])
		line.Requests = append(line.Requests, row.Requests)
		line.Failed = append(line.Failed, row.Failed)
		line.Input = append(line.Input, row.Input)
		line.Cached = append(line.Cached, row.Cached)
		line.CacheWritten = append(line.CacheWritten, row.CacheWritten)
		line.Output = append(line.Output, row.Output)
		line.Reasoning = append(line.Reasoning, row.Reasoning)
		line.LatencyMS = append(line.LatencyMS, row.LatencyMS)
		line.FirstByteMS = append(line.FirstByteMS, row.FirstByteMS)
	}
	return line
}
