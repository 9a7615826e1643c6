package settings

import (
	"github.com/tailscale/hujson"

	"github.com/seed-810f1486/multiaccount/internal/jsonc"
)

// Unset returns the content of a settings file without one setting, which then
// has its default again. Comments and all other keys stay as they were. A key
// that the file does not have is no error. Its errors are those of [Set].
func Unset(path string, data []byte, key string) ([]byte, error) {
	if data == nil {
		data = []byte(newFile)
	}
	if _, _, err := parse(path, data); err != nil {
		return nil, err
	}
	if err := known(key); err != nil {
		return nil, asError(path, []Problem{{Key: key, Message: err.Error()}})
	}
	root, err := hujson.Parse(normal(data))
	if err != nil {
		return nil, err // parse has just accepted it
	}
	jsonc.Drop(&root, split(key))
	return root.Pack(), nil
}
