//go:build !linux

package serving

// stateReloading says that what changed is being read.
func stateReloading() string { return "RELOADING=1" }
