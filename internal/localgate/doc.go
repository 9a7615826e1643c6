// Package localgate is how the programs of one user share the gateway of a state
// directory: serve tells there where it is, "run" finds it or starts one, which ends
// when nobody uses it any more, and each client has its token.
//
// What the directory has for that:
//
//	gateway.json        where the gateway is that serves it
//	gateway.lock        held by that gateway: without it gateway.json is stale
//	gateway-run.json    where the one is that was started for its users
//	gateway-run.lock    held by that one
//	gateway-users.lock  shared by all that use a gateway which was started for them
//	gateway-start.lock  held by who starts one
//	gateway.log         what the one that was started says
//	tokens/NAME         the token of the client NAME
//
// All locks are the kernel's, so that a process that is killed leaves nothing behind.
package localgate

import "path/filepath"

const (
	placeName = "gateway"
	ofUsers   = "gateway-run"
	usersLock = "gateway-users.lock"
	startLock = "gateway-start.lock"
	logName   = "gateway.log"
	tokens    = "tokens"
)

// LogFile is the file that a gateway which was started for its users writes to.
func LogFile(dir string) string { return filepath.Join(dir, logName) }

// TokenFile is the file with the token of a client.
func TokenFile(dir, client string) string { return filepath.Join(dir, tokens, client) }
