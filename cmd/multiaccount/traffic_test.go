package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// traffic is the script command "traffic": a host that has the accounts "work"
// and "home" at the fake provider and one conversation, whose account is
// limited at the second request. The settings then lead to that provider, which
// runs until the script ends.
func traffic(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: traffic")
	}
	srv, dir := providertest.New(providertest.Options{}), ts.Getenv("MULTIACCOUNT_DIR")
	ts.Defer(srv.Close)
	ts.Check(configure(dir, srv))
	accounts, err := serveTraffic(dir, srv)
	ts.Check(err)
	ts.Value(ownersKey{}).(owners)["work"] = accounts[0]
	ts.Value(ownersKey{}).(owners)["home"] = accounts[1]
}

// owners are the accounts at the fake provider, by their labels.
type owners map[string]*providertest.AccountHandle

type ownersKey struct{}

// revoke is the script command "revoke LABEL": the provider ends that login.
func revoke(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: revoke LABEL")
	}
	ts.Value(ownersKey{}).(owners)[args[0]].Revoke()
}

func serveTraffic(dir string, srv *providertest.Server) (accounts []*providertest.AccountHandle, err error) {
	at := srv.Endpoints(providertest.Anthropic)
	eng, err := multiaccount.Open(context.Background(), multiaccount.Config{Dir: dir, Providers: []providers.Provider{
		anthropic.New(anthropic.Options{BaseURL: at.BaseURL, TokenURL: at.TokenURL}),
	}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, eng.Close(context.Background())) }()
	pool, err := eng.Pool("anthropic")
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"work", "home"} {
		h := srv.AddAccount(providertest.Account{Name: name})
		accounts = append(accounts, h)
		if _, err := pool.Add(context.Background(), multiaccount.NewAccount{
			Label: name, Subject: name, AccessToken: h.AccessToken(), RefreshToken: h.RefreshToken(), ExpiresAt: h.ExpiresAt(),
		}); err != nil {
			return nil, err
		}
	}
	if err := request(pool, at.BaseURL); err != nil {
		return nil, err
	}
	accounts[0].Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
	return accounts, request(pool, at.BaseURL)
}

// request makes a request of the one conversation.
func request(pool *multiaccount.Pool, url string) error {
	ctx := multiaccount.WithAffinity(context.Background(), "alice@example.com")
	body := strings.NewReader(`{"model":"claude-test","max_tokens":9,"messages":[{"role":"user","content":"hello"}]}`)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/messages", body)
	if err != nil {
		return err
	}
	base := &http.Transport{}
	defer base.CloseIdleConnections()
	resp, err := pool.Transport(base).RoundTrip(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return errors.Join(err, resp.Body.Close())
}

// watchLines is the script command "watchlines": it reads "status --watch --json",
// renames "work" after the first line, and stops after the second.
func watchLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: watchlines")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "multiaccount", "status", "--watch", "--json")
	cmd.Env, cmd.Cancel = append(os.Environ(), "MULTIACCOUNT_DIR="+ts.Getenv("MULTIACCOUNT_DIR")), func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	lines := bufio.NewScanner(out)
	for i := range 2 {
		if !lines.Scan() {
			ts.Fatalf("no line %d: %v", i, lines.Err())
		}
		_, err := fmt.Fprintln(ts.Stdout(), lines.Text())
		ts.Check(err)
		if i == 0 {
			ts.Check(ts.Exec("multiaccount", "accounts", "rename", "work", "renamed"))
		}
	}
	cancel()
	var ended *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &ended) || ended.ExitCode() != exitInterrupted {
		ts.Fatalf("it ended with %v", err)
	}
}
