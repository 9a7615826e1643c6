package admin

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"
)

// writeTime is how long a client may take to read an answer.
const writeTime = 30 * time.Second

// answer knows whether an answer has begun.
type answer struct {
	http.ResponseWriter
	begun bool
}

// WriteHeader implements [http.ResponseWriter].
func (a *answer) WriteHeader(status int) {
	a.begun = true
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// send answers with a value as JSON.
func send(w http.ResponseWriter, status int, value any) error {
	write(w, "application/json", status, value)
	return nil
}

// write answers with what always encodes. Its text may be put into a page.
func write(w http.ResponseWriter, kind string, status int, value any) {
	var text bytes.Buffer
	if err := json.NewEncoder(&text).Encode(value); err != nil {
		panic("admin: an answer does not encode: " + err.Error())
	}
	w.Header().Set("Content-Type", kind)
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTime)) // a server without deadlines has its own reasons
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // the client may be gone; that is its right
}
