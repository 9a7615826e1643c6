// Package conformance holds the rules of the engine against every provider, by
// name, and writes docs/conformance.md. It has tests only.
package conformance
