//go:build !failpoints

package failpoint_test

import (
	"testing"

	"github.com/seed-810f1486/multiaccount/internal/failpoint"
)

// A binary as users get it cannot be stopped: with the tag, this would never
// return.
func TestHereReturns(t *testing.T) {
	t.Setenv(failpoint.Variable, "step")
	failpoint.Here("step")
}
