package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

const (
	// longestKey is how many bytes of a key are kept as they are.
	longestKey = 64
	// keyDigits is how many digits of the hash replace a longer key.
	keyDigits = 32
)

// shortKey returns what is stored for an affinity key, or for a resource's id:
// callers choose keys, and may choose long ones. A key that is not UTF-8 would
// not come back from a file unchanged.
func shortKey(key string) string {
	if len(key) <= longestKey && utf8.ValidString(key) {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return "sha256:" + hex.EncodeToString(sum[:keyDigits/2])
}

// partPrefix begins the keys of what conversations ask one model for.
const partPrefix = "part:"

// partKey is the key of what a conversation asks a model for.
func partKey(conversation, model string) string {
	sum := sha256.Sum256([]byte(conversation + "\x00" + model))
	return partPrefix + hex.EncodeToString(sum[:keyDigits/2])
}

func isPart(key string) bool { return strings.HasPrefix(key, partPrefix) }
