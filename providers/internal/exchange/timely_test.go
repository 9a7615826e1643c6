package exchange_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-810f1486/multiaccount/providers"
)

// A token is not sent any more once the time of its exchange is over, although the
// timer that should have ended it has not come yet: the process stood still.
func TestTokenIsNotSentTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := make(chan []byte, 1)
		late := func(context.Context) (net.Conn, error) {
			time.Sleep(2 * time.Second) // the process stands still
			mine, theirs := net.Pipe()
			go func() {
				defer func() { _ = theirs.Close() }()
				var body []byte
				if req, err := http.ReadRequest(bufio.NewReader(theirs)); err == nil {
					body, _ = io.ReadAll(req.Body) // what was cut off counts as well
				}
				sent <- body
			}()
			return mine, nil
		}
		ctx := newLateContext(t.Context(), -time.Second)
		got := <-refreshing(ctx, wired(late))
		var failed *providers.RefreshError
		if !errors.Is(got.err, providers.ErrTooLate) || !errors.As(got.err, &failed) || !failed.NothingSent() {
			t.Errorf("error %v, want ErrTooLate with nothing sent", got.err)
		}
		if body := <-sent; len(body) > 0 {
			t.Errorf("%d bytes of the token's form were sent", len(body))
		}
	})
}
