package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// A provider whose clock differs from this machine's by more than a minute is told
// of, whoever of the two is right.
func TestDoctorComparesClocks(t *testing.T) {
	for _, test := range []struct {
		ahead time.Duration
		want  level
	}{{0, levelOK}, {30 * time.Second, levelOK}, {10 * time.Minute, levelWarning}, {-10 * time.Minute, levelWarning}} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(test.ahead).UTC().Format(http.TimeFormat))
			if r.Header.Get("Authorization") != "" || r.Method != http.MethodHead {
				t.Errorf("the doctor sent %s with %v", r.Method, r.Header)
			}
		}))
		f := examineAddress(t.Context(), "anthropic", srv.URL)
		srv.Close()
		if f.Level != test.want || (f.Level == levelWarning) != strings.Contains(f.Message, "differs from this machine's by 10m") {
			t.Errorf("%v ahead: %+v", test.ahead, f)
		}
	}
}
