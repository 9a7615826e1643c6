package persistence

import (
	"fmt"

	"github.com/seed-810f1486/multiaccount/internal/regular"
)

// How large a file may be, far above what the store writes. A larger one is
// not read, and would not be written.
const (
	// maxSmallFile is for an intent and encryption.json.
	maxSmallFile = 64 << 10
	// maxAccountFile is for an account, encrypted or not.
	maxAccountFile = 1 << 20
	// maxEditedFile is for files that people write.
	maxEditedFile = 1 << 20
	// maxDecisionsFile is for the decisions of one process.
	maxDecisionsFile = 4 << 20
	// maxPoolFile is for pool.json and the claims of one process.
	maxPoolFile = 16 << 20
)

// checkSize refuses to write a file that could not be read again.
func checkSize(path string, data []byte, most int) error {
	if len(data) <= most {
		return nil
	}
	return storageError(path, fmt.Errorf("%w: it would have %d bytes, and %d are allowed", regular.ErrTooLarge, len(data), most))
}
