package confedit

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/tailscale/hujson"

	"github.com/seed-810f1486/multiaccount/internal/jsonc"
)

type jsonEditor struct{}

var errNoObject = errors.New("it holds something else than an object")

func (jsonEditor) read(data []byte) (map[string]any, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return map[string]any{}, nil
	}
	text, err := hujson.Standardize(bytes.Clone(ended(data)))
	if err != nil {
		return nil, unreadable("JSON", err)
	}
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil || all == nil {
		return nil, unreadable("JSON that can be changed", errors.Join(err, errNoObject))
	}
	return all, nil
}

func (e jsonEditor) set(data []byte, key Key, value any) ([]byte, error) {
	written, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	parsed, err := hujson.Parse(written)
	if err != nil {
		return nil, err
	}
	return e.edit(data, func(root *hujson.Value) error { return jsonc.Put(root, key, parsed) })
}

func (e jsonEditor) remove(data []byte, key Key) ([]byte, error) {
	return e.edit(data, func(root *hujson.Value) error {
		jsonc.Drop(root, key)
		return nil
	})
}

// edit keeps a line end at the end missing that was missing.
func (jsonEditor) edit(data []byte, change func(*hujson.Value) error) ([]byte, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		data = []byte("{\n}\n")
	}
	root, err := hujson.Parse(ended(data))
	if err != nil {
		return nil, unreadable("JSON", err)
	}
	if err := change(&root); err != nil {
		return nil, ErrCannotChange
	}
	changed := root.Pack()
	if !bytes.HasSuffix(data, []byte("\n")) {
		changed = bytes.TrimSuffix(changed, []byte("\n"))
	}
	return changed, nil
}
