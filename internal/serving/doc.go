// Package serving runs the gateway as a program: it listens, opens the engine, says
// where it serves, and ends in good order. The commands that serve share it; each
// brings its own way to open an engine ([Host]).
//
// Handlers beside the gateway are mounted in one place, mount.go.
package serving
