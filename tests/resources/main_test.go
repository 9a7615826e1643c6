// Package resources_test checks that requests go to the account that made what
// they name.
package resources_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
