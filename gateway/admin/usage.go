package admin

import (
	"context"
	"time"
)

// Usage has the figures of what requests used. Implementations are safe for
// concurrent use.
type Usage interface {
	// Sum sums up what began in a time: a group for each key and step that has
	// requests, in any order.
	Sum(ctx context.Context, q UsageQuery) ([]UsageGroup, error)
}

// Day is the step of a whole day of the local time, which may have 23 or 25 hours.
const Day = 24 * time.Hour

// UsageQuery is what [Usage.Sum] is asked.
type UsageQuery struct {
	// By is what there is a group for each of: "client", "account", "model" or
	// "provider"; empty for all together.
	By string
	// Step is the length of the steps, by which there is a group for each: a minute or
	// more, a part of an hour or of a day, or [Day]; 0 for the whole time.
	Step time.Duration
	// Since and Until bound when the requests began; Until is not in it.
	Since, Until time.Time
}

// UsageGroup is what requests came to.
type UsageGroup struct {
	// Key is the id of a client or an account, or the name of a model or a provider.
	Key string
	// At is when its step begins; zero without steps.
	At time.Time
	// Failed are those of Requests that were refused, or whose answer was cut, and
	// Answered those of which a first byte came.
	Requests, Failed, Answered int64
	UsageTokens
	// Models are the tokens of each model among them.
	Models map[string]UsageTokens
	// Latency and FirstByte are sums over Requests and Answered.
	Latency, FirstByte time.Duration
}

// UsageTokens are those that were used. Cached and CacheWritten are part of Input,
// Reasoning of Output.
type UsageTokens struct {
	Input, Cached, CacheWritten, Output, Reasoning int64
}

func (t *UsageTokens) add(more UsageTokens) {
	t.Input += more.Input
	t.Cached += more.Cached
	t.CacheWritten += more.CacheWritten
	t.Output += more.Output
	t.Reasoning += more.Reasoning
}

// StepOf returns when the step begins in which a moment falls.
func (q UsageQuery) StepOf(t time.Time) time.Time {
	t = t.Local()
	if q.Step == Day {
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
	}
	_, offset := t.Zone()
	east := time.Duration(offset) * time.Second
	return t.Add(east).Truncate(q.Step).Add(-east)
}

// after returns when the step after the one of t begins.
func (q UsageQuery) after(t time.Time) time.Time {
	if q.Step == Day {
		return q.StepOf(t.AddDate(0, 0, 1))
	}
	return t.Add(q.Step)
}

// Add takes another group's requests in. Their keys and steps do not matter.
func (g *UsageGroup) Add(more *UsageGroup) {
	g.Requests += more.Requests
	g.Failed += more.Failed
	g.Answered += more.Answered
	g.add(more.UsageTokens)
	if g.Models == nil {
		g.Models = map[string]UsageTokens{}
	}
	for model, tokens := range more.Models {
		tokens.add(g.Models[model])
		g.Models[model] = tokens
	}
	g.Latency += more.Latency
	g.FirstByte += more.FirstByte
}

// tokens are all that were used.
func (g *UsageGroup) tokens() int64 { return g.Input + g.Output }

// mean is 0 when there is nothing to say.
func mean(sum time.Duration, n int64) time.Duration {
	if n == 0 {
		return 0
	}
	return sum / time.Duration(n)
}
