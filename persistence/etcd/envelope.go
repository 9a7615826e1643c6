package etcd

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"io"
	"slices"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// A value is a version, the ids of its latest writes, and the encrypted content. When a
// writer got no answer, the ids tell it whether its write was stored, also when others
// have written since.
const (
	envelopeVersion = 1
	writeIDSize     = 8
	writesKept      = 16
	// maxPlain bounds what a compressed value may become.
	maxPlain = 16 << 20
)

var errEnvelope = errors.New("it is not a value of this store")

type writeID [writeIDSize]byte

func newWriteID() writeID {
	var id writeID
	_, _ = rand.Read(id[:]) // it never fails
	return id
}

// envelope is a decoded value. Its content is still encrypted.
type envelope struct {
	writes []writeID
	sealed []byte
}

// next is the envelope of a write on top of e.
func (e envelope) next(id writeID, sealed []byte) envelope {
	writes := append(slices.Clone(e.writes), id)
	return envelope{writes[max(0, len(writes)-writesKept):], sealed}
}

func (e envelope) has(id writeID) bool { return slices.Contains(e.writes, id) }

func (e envelope) bytes() []byte {
	out := []byte{envelopeVersion, byte(len(e.writes) & 0xff)}
	for _, id := range e.writes {
		out = append(out, id[:]...)
	}
	return append(out, e.sealed...)
}

func parseEnvelope(value []byte) (envelope, error) {
	switch {
	case len(value) < 2:
		return envelope{}, errEnvelope
	case value[0] > envelopeVersion:
		return envelope{}, persistence.ErrNewerVersion
	case value[0] < envelopeVersion || len(value) < 2+int(value[1])*writeIDSize:
		return envelope{}, errEnvelope
	}
	e := envelope{writes: make([]writeID, value[1]), sealed: value[2+int(value[1])*writeIDSize:]}
	for i := range e.writes {
		copy(e.writes[i][:], value[2+i*writeIDSize:])
	}
	return e, nil
}

// compress makes a pool's state fit into a request: ids repeat in it.
func compress(plain []byte) ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(plain)
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}

func decompress(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, maxPlain))
}
