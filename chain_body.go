package multiaccount

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/seed-810f1486/multiaccount/internal/coding"
	"github.com/seed-810f1486/multiaccount/internal/models"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/internal/roundtrip"
)

// Why a pool is not asked.
var (
	errNotAllowed = errors.New("is not among the pools that the request may use")
	errSentOnce   = errors.New("was not asked: the request's body cannot be sent again")
	errUnread     = errors.New("was not asked: it has other names for models, and the request's body cannot be read twice")
	errCompressed = errors.New("was not asked: it has other names for models, and the request's body is compressed")
	errNoModel    = errors.New("was not asked: it serves some models only, and the request names none")
)

// chainBody is a request's body, which is read when a pool has names of its own.
type chainBody struct {
	read bool
	body models.Body
	err  error
}

// modelFor returns the name that a pool has for the model of a request; empty when
// the request goes on as it is.
func (b *chainBody) modelFor(req *http.Request, names map[string]string) (string, error) {
	if len(names) == 0 {
		return "", nil
	}
	if !b.read {
		b.read = true
		b.body, b.err = readModel(req)
	}
	if b.err != nil {
		return "", b.err
	}
	model := b.body.Model()
	if model == "" {
		return "", errNoModel
	}
	name, ok := models.Best(names, model)
	if !ok {
		return "", fmt.Errorf("was not asked: it serves %s, and not %s", strings.Join(slices.Sorted(maps.Keys(names)), ", "), printable.Text(model))
	}
	return name, nil
}

func readModel(req *http.Request) (models.Body, error) {
	switch {
	case req.Body == nil || req.Body == http.NoBody:
		return models.Body{}, nil
	case req.GetBody == nil || !roundtrip.Replayable(req):
		return models.Body{}, errUnread
	case len(coding.Of(req.Header)) > 0:
		return models.Body{}, errCompressed
	}
	body, err := req.GetBody()
	if err != nil {
		return models.Body{}, err
	}
	text, err := io.ReadAll(body)
	return models.Read(string(text)), errors.Join(err, body.Close())
}

// attach gives a request the body with another model.
func (b *chainBody) attach(out *http.Request, model string) {
	text := b.body.WithModel(model)
	out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
	out.Body, _ = out.GetBody() // it never fails
	out.ContentLength = int64(len(text))
}
