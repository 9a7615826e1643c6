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
	// Processes share the folder of the accounts, and out the workers.
	Processes int
	// Duration is how long requests are sent.
	Duration time.Duration
	// Seed decides what happens to which account, and when.
	Seed uint64
}

// The bounds of the options. One account for each provider is the least.
const (
	minAccounts  = 2
	maxAccounts  = 200
	minWorkers   = 2
	maxWorkers   = 1000
	maxProcesses = 32
	minDuration  = time.Second
	maxDuration  = time.Hour
)

// DefaultOptions returns a run of a quarter of a minute.
func DefaultOptions() Options {
	return Options{Accounts: 8, Workers: 32, Processes: 1, Duration: 15 * time.Second, Seed: 1}
}

// Validate returns an error that names the first option out of its bounds and
// what is allowed.
func (o Options) Validate() error {
	switch {
	case o.Accounts < minAccounts || o.Accounts > maxAccounts:
		return fmt.Errorf("accounts: %d is not allowed; %d to %d are", o.Accounts, minAccounts, maxAccounts)
	case o.Workers < minWorkers || o.Workers > maxWorkers:
		return fmt.Errorf("workers: %d is not allowed; %d to %d are", o.Workers, minWorkers, maxWorkers)
	case o.Processes < 1 || o.Processes > maxProcesses:
		return fmt.Errorf("processes: %d is not allowed; 1 to %d are", o.Processes, maxProcesses)
	case o.Workers < o.Processes:
		return fmt.Errorf("workers: %d are too few for %d processes, which need one each", o.Workers, o.Processes)
	case o.Duration < minDuration || o.Duration > maxDuration:
		return fmt.Errorf("duration: %s is not allowed; %s to %s is", o.Duration, minDuration, maxDuration)
	}
	return nil
}

// workersOf returns which workers a process has: from the first up to, but
// without, the second number.
func (o Options) workersOf(process int) (from, until int) {
	return process * o.Workers / o.Processes, (process + 1) * o.Workers / o.Processes
}
