package rig

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// question is a body that both of the fake provider's APIs take.
const question = `{"model":"model-1","messages":[{"role":"user","content":"Who are you?"}]}`

// Answer is what came back, read to its end.
type Answer struct {
	Status int
	// Account is the fake provider's name of the account that was asked.
	Account string
	Body    string
}

// Ask sends one question to the messages API at url.
func Ask(ctx context.Context, c *http.Client, url string) (Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/messages", bytes.NewReader([]byte(question)))
	if err != nil {
		return Answer{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.Do(req)
	if err != nil {
		return Answer{}, err
	}
	body, err := io.ReadAll(resp.Body)
	err = errors.Join(err, resp.Body.Close())
	return Answer{Status: resp.StatusCode, Account: resp.Header.Get(providertest.AccountHeader), Body: string(body)}, err
}

// MustAsk is Ask for questions that an account must answer.
func MustAsk(tb testing.TB, c *http.Client, url string) Answer {
	tb.Helper()
	a, err := Ask(Deadline(tb), c, url)
	if err != nil {
		tb.Fatalf("asking: %v", err)
	}
	if a.Status != http.StatusOK {
		tb.Fatalf("status %d: %s", a.Status, a.Body)
	}
	return a
}
