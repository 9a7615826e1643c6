package providertest_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// send sends one question in the name of an account, as a client under test
// would.
func send(srv *providertest.Server, acct *providertest.AccountHandle) (*http.Response, error) {
	body := strings.NewReader(`{"model":"claude-test","max_tokens":16,"messages":[]}`)
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, srv.URL+"/v1/messages", body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-Api-Key", acct.APIKey())
	return http.DefaultClient.Do(req)
}

func Example() {
	srv := providertest.New(providertest.Options{})
	defer http.DefaultClient.CloseIdleConnections()
	defer srv.Close()
	alice := srv.AddAccount(providertest.Account{Email: "alice@example.com"})
	alice.Next(providertest.Limited(providertest.RetryAfter(5*time.Second)), providertest.OK())

	for range 2 {
		res, err := send(srv, alice)
		if err != nil {
			fmt.Println(err)
			return
		}
		_ = res.Body.Close()
		fmt.Println(res.StatusCode, res.Header.Get(providertest.AccountHeader))
	}
	fmt.Println("served:", srv.Stats().Served["alice@example.com"])
	// Output:
	// 429 alice@example.com
	// 200 alice@example.com
	// served: 1
}

// A gate holds requests where the test wants them, without a sleep.
func ExampleGate() {
	srv := providertest.New(providertest.Options{})
	defer http.DefaultClient.CloseIdleConnections()
	defer srv.Close()
	alice := srv.AddAccount(providertest.Account{})
	gate := providertest.NewGate()
	alice.Next(providertest.OK().Behind(gate))

	var client sync.WaitGroup
	client.Go(func() {
		res, err := send(srv, alice)
		if err != nil {
			fmt.Println(err)
			return
		}
		_ = res.Body.Close()
		fmt.Println("answered", res.StatusCode)
	})
	if err := gate.Wait(context.Background(), 1); err != nil {
		fmt.Println(err)
	}
	fmt.Println("in flight")
	gate.Release()
	client.Wait()
	// Output:
	// in flight
	// answered 200
}
