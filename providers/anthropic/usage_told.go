package anthropic

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
)

// UsagePaths returns the path at which Claude Code asks how much of a subscription is
// used.
func (p *Provider) UsagePaths() []string { return []string{"/api/oauth/usage"} }

// told is a window in the answer.
type told struct {
	Utilization float64 `json:"utilization"`
	// ResetsAt is null when it is not known.
	ResetsAt *string `json:"resets_at"`
}

// TellUsage writes what [Provider.Usage] reads: a member for each window. The two that
// each subscription has are null when nothing is known of them.
func (p *Provider) TellUsage(u providers.PoolUsage) []byte {
	body := map[string]*told{"five_hour": nil, "seven_day": nil}
	for i := range u.Windows {
		w := &u.Windows[i]
		t := &told{Utilization: w.Utilization}
		if !w.ResetAt.IsZero() {
			at := w.ResetAt.UTC().Format(time.RFC3339)
			t.ResetsAt = &at
		}
		body[memberName(w)] = t
	}
	text, _ := json.Marshal(body) // a map of numbers and texts can be written
	return text
}

// memberName is the name that the answer has for a window: "Opus 7d" is
// "seven_day_opus".
func memberName(w *account.UsageWindow) string {
	name := strings.ReplaceAll(strings.ToLower(w.Name), " ", "_")
	for _, span := range spans() {
		if family, ok := strings.CutSuffix(name, span.short); ok {
			return strings.TrimSuffix(span.long+"_"+strings.TrimSuffix(family, "_"), "_")
		}
	}
	return name
}
