package exchange_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
)

type told struct {
	Plan string `json:"plan"`
	Used int    `json:"used"`
}

// get asks a server that answers with handle, over a connection of its own.
func get(t *testing.T, handle http.HandlerFunc) (told, error) {
	t.Helper()
	srv := httptest.NewServer(handle)
	t.Cleanup(srv.Close)
	transport := &http.Transport{DisableKeepAlives: true}
	source := exchange.Source{
		Provider: "test", URL: srv.URL + "/usage?key=q-Secret",
		Authorize: func(r *http.Request) { r.Header.Set("Authorization", "Bearer at") },
		Client:    exchange.Client(&http.Client{Transport: transport}),
	}
	var got told
	err := source.Get(t.Context(), &got)
	return got, err
}

func TestGet(t *testing.T) {
	got, err := get(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer at" || r.Method != http.MethodGet {
			w.WriteHeader(http.StatusUnauthorized)
		}
		_, _ = io.WriteString(w, `{"plan":"pro","used":"many"}`)
	})
	if err != nil || got != (told{Plan: "pro"}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestGetRefused(t *testing.T) {
	_, err := get(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "300")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"plan":"Secret"}`)
	})
	var refused *providers.StatusError
	if !errors.As(err, &refused) || *refused != (providers.StatusError{Provider: "test", Status: 429, RetryAfter: 5 * time.Minute}) {
		t.Errorf("error %+v", err)
	}
}

func TestGetFailures(t *testing.T) {
	for name, handle := range map[string]http.HandlerFunc{
		"page":   reply(200, `<!DOCTYPE html><p>Secret</p>`),
		"empty":  reply(200, ``),
		"cut":    reply(200, `{"plan":"Secret`),
		"no 200": reply(204, ``),
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere?Secret", http.StatusFound)
		},
		"aborted": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"huge":    reply(200, `{"plan":"`+strings.Repeat("x", 1<<20)+`"}`),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := get(t, handle)
			if err == nil || got != (told{}) {
				t.Fatalf("got %+v, %v", got, err)
			}
			if strings.Contains(err.Error(), "Secret") || !strings.HasPrefix(err.Error(), "test: ") {
				t.Errorf("error %q", err)
			}
		})
	}
}

func TestClientLeavesTheHostsAlone(t *testing.T) {
	host := &http.Client{Timeout: time.Second}
	own := exchange.Client(host)
	if own == host || host.CheckRedirect != nil || own.Timeout != time.Second {
		t.Error("the host's client was not copied")
	}
}
