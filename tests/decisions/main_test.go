// Package decisions_test checks what a host learns of how its requests were
// served.
package decisions_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
