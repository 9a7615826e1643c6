// Package operations_test watches the gateway as its operator does: by metrics, logs
// and traces.
package operations_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
