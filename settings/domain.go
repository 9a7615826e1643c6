package settings

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tailscale/hujson"
)

// domain is the set of values that a setting can take.
type domain[T any] interface {
	// parse reads a value of the file; false when it is of another type.
	parse(hujson.Value) (T, bool)
	contains(T) bool
	// allowed completes the sentence "must be …".
	allowed() string
	// show writes a value as the file would have it.
	show(T) string
	// schema says the same in the words of JSON Schema.
	schema() schema
}

// literal returns a value that is neither an object nor a list; empty for
// those.
func literal(v hujson.Value) hujson.Literal {
	l, _ := v.Value.(hujson.Literal)
	return l
}

type boolean struct{}

func (boolean) parse(v hujson.Value) (bool, bool) {
	l := literal(v)
	return l.Bool(), l.Kind() == 't' || l.Kind() == 'f'
}
func (boolean) contains(bool) bool     { return true }
func (boolean) allowed() string        { return "true or false" }
func (boolean) show(value bool) string { return strconv.FormatBool(value) }
func (boolean) schema() schema         { return schema{Type: "boolean"} }

// between is the whole numbers of a closed range.
type between struct{ least, most int }

func atLeast(least int) between { return between{least, math.MaxInt} }

func (b between) parse(v hujson.Value) (int, bool) {
	n, err := strconv.Atoi(string(literal(v)))
	return n, err == nil
}

func (b between) contains(value int) bool { return b.least <= value && value <= b.most }

func (b between) allowed() string {
	if b.most == math.MaxInt {
		return fmt.Sprintf("a whole number, at least %d", b.least)
	}
	return fmt.Sprintf("a whole number from %d to %d", b.least, b.most)
}

func (b between) show(value int) string { return strconv.Itoa(value) }

func (b between) schema() schema { return wholeNumber(int64(b.least), int64(b.most)) }

// span is the durations from least to longest, written as a count of units.
type span struct {
	least, unit time.Duration
	unitName    string
}

func milliseconds() span { return span{0, time.Millisecond, "milliseconds"} }

func seconds(least time.Duration) span { return span{least, time.Second, "seconds"} }

// longest keeps a count of units, and a sum of durations, from overflowing.
const longest = 100 * 365 * 24 * time.Hour

func (d span) parse(v hujson.Value) (time.Duration, bool) {
	n, err := strconv.ParseInt(string(literal(v)), 10, 64)
	limit := int64(longest / d.unit)
	return time.Duration(n) * d.unit, err == nil && -limit <= n && n <= limit
}

func (d span) contains(value time.Duration) bool { return d.least <= value && value <= longest }

func (d span) allowed() string {
	return fmt.Sprintf("a whole number of %s, at least %d and no more than 100 years", d.unitName, d.least/d.unit)
}

func (d span) show(value time.Duration) string {
	return strconv.FormatFloat(float64(value)/float64(d.unit), 'f', -1, 64)
}

func (d span) schema() schema { return wholeNumber(int64(d.least/d.unit), int64(longest/d.unit)) }

// orOff is a span, or zero for never.
type orOff struct{ span }

func (d orOff) contains(value time.Duration) bool { return value == 0 || d.span.contains(value) }

func (d orOff) allowed() string { return "0, or " + d.span.allowed() }

func (d orOff) schema() schema {
	off, on := wholeNumber(0, 0), d.span.schema()
	off.Type, on.Type = "", ""
	return schema{Type: "integer", AnyOf: []schema{off, on}}
}

type oneOf []Strategy

func (o oneOf) parse(v hujson.Value) (Strategy, bool) {
	l := literal(v)
	return Strategy(l.String()), l.Kind() == '"'
}

func (o oneOf) contains(value Strategy) bool { return slices.Contains(o, value) }

func (o oneOf) allowed() string {
	var names []string
	for _, s := range o {
		names = append(names, o.show(s))
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

func (o oneOf) show(value Strategy) string { return quote(string(value)) }

func (o oneOf) schema() schema { return schema{Type: "string", Enum: o} }

// argv is a program and its arguments, none for no program. There is no shell
// that would take them apart.
type argv struct{}

func (argv) parse(v hujson.Value) ([]string, bool) {
	list, ok := v.Value.(*hujson.Array)
	if !ok {
		return nil, false
	}
	var args []string
	for _, element := range list.Elements {
		l := literal(element)
		if l.Kind() != '"' {
			return nil, false
		}
		args = append(args, l.String())
	}
	return args, true
}

func (argv) contains(value []string) bool {
	cut := func(arg string) bool { return strings.ContainsRune(arg, 0) }
	return len(value) == 0 || value[0] != "" && !slices.ContainsFunc(value, cut)
}

func (argv) allowed() string {
	return `a list of a program and its arguments, such as ["notify-send", "multiaccount"]; [] is none`
}

func (argv) show(value []string) string {
	shown := make([]string, len(value))
	for i, arg := range value {
		shown[i] = quote(arg)
	}
	return "[" + strings.Join(shown, ", ") + "]"
}

func (argv) schema() schema {
	return schema{
		Type: "array", PrefixItems: []schema{{Type: "string", Pattern: `^[^\x00]+$`}},
		Items: &schema{Type: "string", Pattern: `^[^\x00]*$`},
	}
}

// quote writes text as JSON does.
func quote(text string) string { return string(hujson.String(text)) }
