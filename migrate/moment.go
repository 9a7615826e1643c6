package migrate

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

// momentOf reads a moment as programs write it: a number of seconds, of
// milliseconds or of a smaller unit since 1970, a text with such a number, or a
// date in words. What says nothing (null, "", 0) is the zero time; ok is false
// for what says something that is not understood.
func momentOf(raw json.RawMessage) (at time.Time, ok bool) {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	text = strings.TrimSpace(text)
	number, err := strconv.ParseFloat(text, 64)
	switch {
	case text == "", text == "null", err == nil && number == 0:
		return time.Time{}, true
	case err == nil:
		at = since1970(number)
	default:
		at = dated(text)
	}
	if !isKnown(at) {
		return time.Time{}, false
	}
	return at, true
}

func isKnown(at time.Time) bool {
	year := at.UTC().Year()
	return year >= firstYear && year <= lastYear
}

const (
	// firstYear is before any of the known programs, and before it seconds
	// cannot be told from milliseconds.
	firstYear = 2001
	// lastYear is the last that every clock and file format has a name for.
	lastYear = 9999
)

// since1970 tells the unit by the size: the years 2001 to 5138 are 1e9 to 1e11 in
// seconds, and the ranges of the smaller units do not overlap with that.
func since1970(number float64) time.Time {
	switch {
	case !(number >= 1e9 && number < 1e20):
		return time.Time{}
	case number < 1e11:
		return time.UnixMilli(int64(number * 1e3))
	case number < 1e14:
		return time.UnixMilli(int64(number))
	case number < 1e17:
		return time.UnixMicro(int64(number))
	}
	return time.UnixMilli(int64(number / 1e6))
}

// dated reads a date in words, the zero time when it is none. Where no zone is
// told it is UTC.
func dated(text string) time.Time {
	for _, layout := range []string{
		time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04",
		"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 Z0700 MST", "2006-01-02 15:04:05 Z0700", "2006-01-02 15:04:05", "2006-01-02",
		time.RFC1123, time.RFC1123Z, "Mon Jan 02 2006 15:04:05 GMT-0700",
	} {
		// The zone's name, which JavaScript puts behind the date, says nothing more.
		date, _, _ := strings.Cut(text, " (")
		if at, err := time.Parse(layout, date); err == nil {
			return at
		}
	}
	return time.Time{}
}

// endOf is when a token ends by its own claims, the zero time when it has none.
func endOf(token account.Secret) time.Time {
	_, end := openai.Identity(token.Reveal())
	if !isKnown(end) {
		return time.Time{}
	}
	return end
}
