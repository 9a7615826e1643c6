// Package living is the demo that stays: a state directory for a gateway, whose
// accounts live at a fake provider and are in as many states as there are, and
// clients that use that gateway.
//
// [Open] fills the directory, [Demo.Play] sends requests and has limits come and
// go, until [Demo.Close].
//
// A file has one part each: cast.go who the accounts and clients are, home.go the
// directory, past.go what they used before, traffic.go what the clients do, weather.go
// what goes wrong.
package living
