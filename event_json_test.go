package multiaccount_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
)

func TestEventsInJSON(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	about := multiaccount.Occurrence{Provider: "openai", AccountID: "a", Label: "mine <x>", At: at}
	for want, e := range map[string]multiaccount.Event{
		`{"event":"circuit_closed","provider":""}`: multiaccount.CircuitClosed{},
		`{"event":"account_left","provider":"openai","account":"a","label":"mine \u003cx\u003e","at":"2026-01-02T03:04:05Z"}`: multiaccount.AccountLeft{
			Occurrence: about,
		},
		`{"event":"events_dropped","provider":"","count":3}`: multiaccount.EventsDropped{Count: 3},
		`{"event":"login_rejected","provider":"","kind":"login_lost","generation":2,"reason":"r","disabled":true}`: multiaccount.LoginRejected{
			Kind: "login_lost", Generation: 2, Reason: "r", Disabled: true,
		},
		`{"event":"stream_failed","provider":"","class":"limited"}`: multiaccount.StreamFailed{Class: account.ClassLimited},
	} {
		got, err := multiaccount.EncodeEvent(e)
		if err != nil || string(got) != want || !json.Valid(got) {
			t.Errorf("got  %s, %v\nwant %s", got, err, want)
		}
	}
}
