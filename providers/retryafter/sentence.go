package retryafter

import (
	"strings"
	"time"
)

// beforeWaits are the words that stand before how long to wait.
func beforeWaits() [11]string {
	return [...]string{
		"again in", "again after", "retry in", "retry after", "retrying in", "retrying after",
		"reset in", "resets in", "reset after", "available in", "wait",
	}
}

// sentence reads a wait in words, such as "please try again in 1m30.5s" and
// "you will regain access on 2026-04-01 at 00:00 UTC". A time of day without
// its zone says nothing certain, so it is not read.
func sentence(message string, now time.Time) (time.Duration, bool) {
	message = plainWords(message)
	for _, words := range beforeWaits() {
		if d, ok := after(message, words+" "); ok {
			return d, true
		}
	}
	return regain(message, now)
}

// after reads the duration behind the first place where words stand before
// one.
func after(message, words string) (time.Duration, bool) {
	for {
		_, rest, found := strings.Cut(message, words)
		if !found {
			return 0, false
		}
		if d, left, ok := scan(about(rest)); ok && endsWord(left) {
			return d, true
		}
		message = rest
	}
}

// about drops the words that make a duration a rough one.
func about(text string) string {
	for _, rough := range [...]string{"about ", "approximately ", "at least ", "another ", "for ", "~"} {
		text = strings.TrimPrefix(text, rough)
	}
	return text
}

// endsWord reports whether what follows a duration is no part of it, as the
// colon of a time of day is.
func endsWord(rest string) bool {
	return rest == "" || strings.ContainsRune(" .,;)!'\"", rune(rest[0]))
}

// regain reads the day on which a limit of money ends.
func regain(message string, now time.Time) (time.Duration, bool) {
	const form = "2006-01-02 at 15:04 utc"
	_, day, found := strings.Cut(message, "regain access on ")
	if !found || len(day) < len(form) {
		return 0, false
	}
	t, err := time.Parse(form, day[:len(form)])
	if err != nil {
		return 0, false
	}
	return until(t, now), true
}

// plainWords is message in lower case with single plain spaces.
func plainWords(message string) string {
	return strings.Join(strings.Fields(strings.ToLower(message)), " ")
}
