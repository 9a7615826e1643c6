package anthropic

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/internal/answer"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
)

// usageAnswer is the members of the usage endpoint's answer, by their names:
// most are windows, of which there are new ones at times.
type usageAnswer map[string]json.RawMessage

// figure is a window that is a member by itself.
type figure struct {
	Utilization exchange.Told[float64] `json:"utilization"`
	ResetsAt    exchange.Told[string]  `json:"resets_at"`
}

// entry is a window in the list that newer answers have.
type entry struct {
	Kind     exchange.Told[string]  `json:"kind"`
	Group    exchange.Told[string]  `json:"group"`
	Percent  exchange.Told[float64] `json:"percent"`
	ResetsAt exchange.Told[string]  `json:"resets_at"`
	Scope    exchange.Told[scope]   `json:"scope"`
}

// scope is what an entry is for, when it does not hold for everything.
type scope struct {
	Model   exchange.Told[label] `json:"model"`
	Surface exchange.Told[label] `json:"surface"`
}

// text returns what people call it, empty when it is everything.
func (s scope) text() string {
	if text := s.Model.Value.text(); text != "" {
		return text
	}
	return s.Surface.Value.text()
}

// label is what people call the models that an entry is for.
type label struct {
	Name exchange.Told[string] `json:"display_name"`
	ID   exchange.Told[string] `json:"id"`
}

func (l label) text() string { return cmp.Or(l.Name.Value, l.ID.Value) }

// full is the utilization at which a window is used up, in percent.
const full = 100

func (body usageAnswer) windows(now time.Time) []account.UsageWindow {
	windows := body.members(now)
	for _, e := range body.list() {
		windows = e.appendTo(windows, now)
	}
	if body.spendsExtra() {
		for i := range windows {
			w := &windows[i]
			w.Paid = !w.Soft && w.Utilization >= full
		}
	}
	return windows
}

// members returns the windows that are members by themselves, those that hold
// for all models first.
func (body usageAnswer) members(now time.Time) []account.UsageWindow {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(body)), func(name string) bool {
		return name == "extra_usage" || name == "spend" || name == "five_hour" || name == "seven_day"
	})
	var windows []account.UsageWindow
	for _, name := range append([]string{"five_hour", "seven_day"}, names...) {
		var f figure
		if _ = json.Unmarshal(body[name], &f); !f.Utilization.OK {
			continue // it is no window, or nothing is told of it
		}
		w := namedWindow(name)
		windows = answer.AppendFigure(windows, account.UsageWindow{
			Name: w.name, Utilization: f.Utilization.Value, Length: w.length, SeenAt: now, Soft: w.family != "", Partial: w.family != "",
			ResetAt: answer.Moment(f.ResetsAt.Value, now),
		})
	}
	return windows
}

// namedWindow returns the window of a member's name. One whose length is not
// known keeps its name, and limits nobody.
func namedWindow(name string) window {
	if w, ok := newWindow(claimKey(name)); ok {
		return w
	}
	return window{name: answer.Family(name), family: name}
}

func (body usageAnswer) list() []entry {
	var all []exchange.Told[entry]
	_ = json.Unmarshal(body["limits"], &all) // what does not fit is left out
	var entries []entry
	for _, e := range all {
		if e.OK && e.Value.Percent.OK {
			entries = append(entries, e.Value)
		}
	}
	return entries
}

// appendTo adds the window, unless a member tells of it too.
func (e entry) appendTo(windows []account.UsageWindow, now time.Time) []account.UsageWindow {
	name := answer.WindowName(e.family(), e.length(), answer.Family(e.Kind.Value))
	known := slices.ContainsFunc(windows, func(w account.UsageWindow) bool { return strings.EqualFold(w.Name, name) })
	if known || name == "" {
		return windows
	}
	return answer.AppendFigure(windows, account.UsageWindow{
		Name: name, Utilization: e.Percent.Value, Length: e.length(), SeenAt: now, Soft: !e.all(), Partial: !e.all(),
		ResetAt: answer.Moment(e.ResetsAt.Value, now),
	})
}

// family returns what people call what the window is for, empty when it holds
// for everything.
func (e entry) family() string {
	if name := answer.Family(e.Scope.Value.text()); name != "" {
		return name
	}
	if e.all() || e.length() == 0 {
		return ""
	}
	return answer.Family(e.Kind.Value)
}

// all reports whether the window holds for all that the account does. A kind
// that is not known limits nobody.
func (e entry) all() bool {
	return e.Scope.Value.text() == "" && (e.Kind.Value == "session" || strings.HasSuffix(e.Kind.Value, "_all"))
}

func (e entry) length() time.Duration {
	switch e.Group.Value {
	case "session":
		return 5 * time.Hour
	case "daily":
		return 24 * time.Hour
	case "weekly":
		return 7 * 24 * time.Hour
	case "monthly":
		return 30 * 24 * time.Hour
	}
	return 0
}

// spendsExtra reports whether the account goes on at its owner's expense once a
// window is used up.
func (body usageAnswer) spendsExtra() bool {
	var extra struct {
		Enabled     bool                   `json:"is_enabled"`
		Utilization exchange.Told[float64] `json:"utilization"`
	}
	_ = json.Unmarshal(body["extra_usage"], &extra) // what does not fit stays empty
	return extra.Enabled && extra.Utilization.Value < full
}
