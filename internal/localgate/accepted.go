package localgate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	// acceptTime is how long a gateway that runs has to take over a new client.
	acceptTime = 10 * time.Second
	// acceptPause is between two questions. A wrong token is answered late anyway.
	acceptPause = 50 * time.Millisecond
)

// ErrNotAccepted is returned for a gateway that does not take over a client.
var ErrNotAccepted = errors.New("it does not accept the token that was made for it; stop it, and start it again")

// Accepted returns once the gateway accepts a token. The question costs no account
// anything.
func (p Place) Accepted(ctx context.Context, token string) error {
	ctx, cancel := context.WithTimeout(ctx, acceptTime)
	defer cancel()
	own := &http.Transport{}
	defer own.CloseIdleConnections()
	for {
		status, err := p.ask(ctx, &http.Client{Transport: own}, token)
		switch {
		case err != nil:
			return fmt.Errorf("the gateway at %s does not answer: %w", p.Address, err)
		case status != http.StatusUnauthorized:
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the gateway at %s: %w", p.Address, ErrNotAccepted)
		case <-time.After(acceptPause):
		}
	}
}

// ask asks for what no gateway has.
func (p Place) ask(ctx context.Context, client *http.Client, token string) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Address+"/none", http.NoBody)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}
