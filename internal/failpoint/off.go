//go:build !failpoints

// Package failpoint names the steps at which a crash test may kill the
// process. Only binaries built with the tag "failpoints" can be stopped there.
package failpoint

// Here marks a step. Without the tag it does nothing and costs nothing.
func Here(string) {}
