package providertest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// BenchmarkServer asks over real connections, 64 callers for each processor,
// so its figures include the client.
func BenchmarkServer(b *testing.B) {
	for name, body := range map[string]string{"json": question, "sse": streamQuestion} {
		b.Run(name, func(b *testing.B) {
			srv := providertest.New(providertest.Options{})
			defer srv.Close()
			acct := srv.AddAccount(providertest.Account{Windows: []providertest.Window{{Name: "5h", Limit: 1 << 40}, {Name: "7d", Limit: 1 << 40}}})
			transport := &http.Transport{MaxIdleConnsPerHost: 256}
			defer transport.CloseIdleConnections()
			key := "Bearer " + acct.AccessToken()
			b.ReportAllocs()
			b.SetParallelism(64)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					benchRequest(b, transport, srv.URL, key, body)
				}
			})
		})
	}
}

func benchRequest(b *testing.B, transport http.RoundTripper, url, bearer, body string) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url+"/v1/messages", strings.NewReader(body))
	if err != nil {
		b.Error(err)
		return
	}
	req.Header.Set("Authorization", bearer)
	req.Header.Set("Anthropic-Beta", "oauth-2025-04-20")
	res, err := transport.RoundTrip(req)
	if err != nil {
		b.Error(err)
		return
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b.Errorf("status %d", res.StatusCode)
	}
}
