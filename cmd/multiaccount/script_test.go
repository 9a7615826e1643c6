package main

import (
	"errors"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs testdata/script/*.txtar. A script calls the command as a
// user does and compares what it printed:
//
//	exec multiaccount config get debug       # must succeed
//	! exec multiaccount config get debgu     # must fail
//	status 2 multiaccount config get         # must end with exit status 2
//
//	traffic                                   # a host has made requests
//
// $MULTIACCOUNT_DIR is a folder of the script's own that does not exist yet.
// One script alone: go test ./cmd/multiaccount -run TestScripts/config_set
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("MULTIACCOUNT_DIR", e.Getenv("WORK")+"/state")
			e.Values[ownersKey{}] = owners{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": checkStatus, "traffic": traffic, "revoke": revoke, "watchlines": watchLines, "listing": listing, "used": useGateway},
	})
}

// checkStatus is "status N COMMAND ARGS…".
func checkStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		ended, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = ended.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}
