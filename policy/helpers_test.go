package policy_test

import (
	"time"

	"github.com/seed-810f1486/multiaccount/policy"
)

var start = policy.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
