package demo

import (
	"fmt"
	"time"
)

// Options say how large a run is. Start from [DefaultOptions].
type Options struct {
	// Accounts are shared out between both providers.
	Accounts int
	// Workers send requests at the same time, half of them to each provider.
	Workers int
	// Duration is how long requests are sent.
	Duration time.Duration
	// Seed decides what happens to which account, and when.
	Seed uint64
}

// The bounds of the options. One account for each provider is the least.
const (
	minAccounts = 2
	maxAccounts = 1000
	minWorkers  = 2
	maxWorkers  = 1000
	minDuration = time.Second
	maxDuration = time.Hour
)

// DefaultOptions returns a run of a quarter of a minute.
func DefaultOptions() Options {
	return Options{Accounts: 8, Workers: 32, Duration: 15 * time.Second, Seed: 1}
}

// Validate returns an error that names the first option out of its bounds and
// what is allowed.
func (o Options) Validate() error {
	switch {
	case o.Accounts < minAccounts || o.Accounts > maxAccounts:
		return fmt.Errorf("accounts: %d is not allowed; %d to %d are", o.Accounts, minAccounts, maxAccounts)
	case o.Workers < minWorkers || o.Workers > maxWorkers:
		return fmt.Errorf("workers: %d is not allowed; %d to %d are", o.Workers, minWorkers, maxWorkers)
	case o.Duration < minDuration || o.Duration > maxDuration:
		return fmt.Errorf("duration: %s is not allowed; %s to %s is", o.Duration, minDuration, maxDuration)
	}
	return nil
}
