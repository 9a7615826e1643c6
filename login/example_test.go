package login_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// A host takes an owner through a login and keeps the account. The browser
// here is a client that follows redirects, the provider a fake one.
func Example() {
	srv := providertest.New(providertest.Options{})
	defer srv.Close()
	srv.AddAccount(providertest.Account{Email: "ada@example.com"})
	provider := newAnthropic(srv)

	ctx := context.Background()
	eng, err := multiaccount.Open(ctx, multiaccount.Config{
		Providers: []providers.Provider{provider}, Store: persistence.NewMemory(),
	})
	if err != nil {
		log.Panic(err)
	}
	defer func() { _ = eng.Close(ctx) }()
	pool, err := eng.Pool("anthropic")
	if err != nil {
		log.Panic(err)
	}

	visited := make(chan struct{})
	grant, err := login.Browser(ctx, provider, func(url string) error {
		go func() {
			defer close(visited)
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			if resp, err := client.Get(url); err == nil {
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
		}()
		return nil
	})
	<-visited
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	saved, err := login.Save(ctx, pool, provider, login.New{Grant: grant})
	fmt.Println(saved.Email, saved.Plan, err)
	// Output: ada@example.com Claude Max <nil>
}
