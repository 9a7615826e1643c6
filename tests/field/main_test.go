// Package field_test lives through a week of a heavy user on six accounts, in
// simulated time. What the providers answer is recorded in testdata: the header
// names and body forms are real, the values are invented.
package field_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
