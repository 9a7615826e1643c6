// Package reload_test checks that a running engine works by the settings as they
// are changed.
package reload_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
