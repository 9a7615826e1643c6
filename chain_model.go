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
	errSeveral    = errors.New("was not asked: it has other names for models, and the request names several")
)

// chainModel is what a request asks for, which is read when a pool has names of its
// own.
type chainModel struct {
	read   bool
	inPath []string
	body   models.Body
	err    error
}

// modelFor returns the name that a pool has for the model of a request; empty when
// the request goes on as it is.
func (m *chainModel) modelFor(req *http.Request, names map[string]string) (string, error) {
	if len(names) == 0 {
		return "", nil
	}
	model, err := m.of(req)
	if err != nil {
		return "", err
	}
	name, ok := models.Best(names, model)
	if !ok {
		return "", fmt.Errorf("was not asked: it serves %s, and not %s", strings.Join(slices.Sorted(maps.Keys(names)), ", "), printable.Text(model))
	}
	return name, nil
}

// of returns the model of a request. Where the path names it the body need not be
// read.
func (m *chainModel) of(req *http.Request) (string, error) {
	if !m.read {
		m.read = true
		m.inPath = models.InPath(req.Method, req.URL)
		m.body, m.err = readModel(req)
	}
	if m.err != nil && len(m.inPath) == 0 {
		return "", m.err
	}
	switch all := slices.Compact(slices.Concat(m.inPath, m.body.All())); len(all) {
	case 0:
		return "", errNoModel
	case 1:
		return all[0], nil
	}
	return "", errSeveral
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

// rename gives a request another model, wherever it names one. body is nil where
// that is not in the body.
func (m *chainModel) rename(out *http.Request, model string) (body []byte) {
	if len(m.inPath) > 0 {
		out.URL = models.WithPath(out.Method, out.URL, model)
	}
	if len(m.body.All()) == 0 {
		return nil
	}
	return m.body.WithModel(model)
}

// attach gives a request this body.
func attach(out *http.Request, body []byte) {
	out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	out.Body, _ = out.GetBody() // it never fails
	out.ContentLength = int64(len(body))
}
