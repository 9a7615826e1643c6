package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"
)

const (
	// maxBody is the largest request body: above what a settings file may have, as
	// the text of a JSON string.
	maxBody = 512 << 10
	// readTime is how long a body may take to come.
	readTime = 30 * time.Second
)

// read reads the request's body, which is one JSON object and has no other members
// than value.
func read(w http.ResponseWriter, r *http.Request, value any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &problem{Status: http.StatusUnsupportedMediaType, Code: "unsupported_type", Detail: "the body has to be JSON; send it with Content-Type: application/json"}
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(readTime)) // a server without deadlines has its own reasons
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(value)
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows it")
		}
	}
	return bodyProblem(err)
}

func bodyProblem(err error) error {
	var large *http.MaxBytesError
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &large):
		return &problem{Status: http.StatusRequestEntityTooLarge, Code: "too_large", Detail: fmt.Sprintf("the body is larger than %d KiB", maxBody>>10)}
	case errors.As(err, &kind): // whose text has what was sent
		return badRequest(fmt.Sprintf("the member %q of the body has another type than the one that is wanted", kind.Field))
	}
	return badRequest("the body is not the JSON object that is wanted: " + err.Error())
}

func badRequest(detail string) error {
	return &problem{Status: http.StatusBadRequest, Code: "bad_request", Detail: detail}
}
