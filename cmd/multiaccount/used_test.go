package main

import (
	"context"
	"net/http"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/internal/usage"
)

// useGateway is the script command "used ACCOUNT": the client laptop has asked
// that account for two things, and the second answer was cut.
func useGateway(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: used ACCOUNT")
	}
	log, err := usage.Open(context.Background(), ts.Getenv("MULTIACCOUNT_DIR")+"/"+usage.FileName, nil)
	ts.Check(err)
	for _, complete := range []bool{true, false} {
		tap := log.Observe(&gateway.Exchange{
			Client: &gateway.Client{ID: "laptop"}, Provider: "anthropic", Begun: time.Now(), AccountID: args[0], Model: "claude-\x1btest", Attempts: 1,
		})
		tap.Answered(http.StatusOK, http.Header{})
		tap.Passed([]byte(`{"usage":{"input_tokens":10,"cache_read_input_tokens":20,"output_tokens":4}}`))
		tap.Ended(complete)
	}
	ts.Check(log.Close())
}
