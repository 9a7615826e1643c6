// Package dashboard_test opens the dashboard in a browser, as its owner does.
package dashboard_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
