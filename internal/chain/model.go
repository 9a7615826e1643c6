// Package chain has what a chain of pools knows besides its pools: who served each
// conversation last, what a pool calls the model of a request, and where a request goes
// at another provider. The root package walks along the pools, since what it tells are
// the errors that hosts see.
package chain

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

// Why a pool that serves some models only is not asked.
var (
	errUnread     = errors.New("was not asked: it has other names for models, and the request's body cannot be read twice")
	errCompressed = errors.New("was not asked: it has other names for models, and the request's body is compressed")
	errNoModel    = errors.New("was not asked: it serves some models only, and the request names none")
	errSeveral    = errors.New("was not asked: it has other names for models, and the request names several")
)

// Model is the model that one request asks for. It is read when a pool has names of
// its own. The zero value has not been read.
type Model struct {
	read   bool
	inPath []string
	body   models.Body
	err    error
}

// For returns what a pool with these names calls the model of a request; empty when the
// request goes on as it is. The error says why the pool is not asked.
func (m *Model) For(req *http.Request, names map[string]string) (string, error) {
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
func (m *Model) of(req *http.Request) (string, error) {
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

// Rename gives a copy of the request another model, wherever it names one. It reports
// whether the copy has a body of its own then.
func (m *Model) Rename(out *http.Request, name string) bool {
	if len(m.inPath) > 0 {
		out.URL = models.WithPath(out.Method, out.URL, name)
	}
	if len(m.body.All()) == 0 {
		return false
	}
	body := m.body.WithModel(name)
	out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	out.Body, _ = out.GetBody() // it never fails
	out.ContentLength = int64(len(body))
	return true
}
