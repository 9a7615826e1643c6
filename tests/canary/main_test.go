// Package canary_test takes an engine through everything that can happen to
// it, keeps all that it says by the way, and looks for secrets in it.
package canary_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == recordMark {
		record(os.Args[2])
		return
	}
	goleak.VerifyTestMain(m)
}

// transcript is everything that an engine said: its log, its events, its errors
// and its accounts, in every form in which a host may print them. It is safe
// for concurrent use.
type transcript struct {
	mu    sync.Mutex
	log   strings.Builder
	said  []string
	kinds map[string]int
}

func newTranscript() *transcript { return &transcript{kinds: map[string]int{}} }

// Write implements io.Writer, for the log.
func (s *transcript) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(line)
}

// keep keeps a value in all its forms.
func (s *transcript) keep(v any) {
	forms := []string{fmt.Sprint(v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), fmt.Sprintf("%q", v)}
	if text, err := json.Marshal(v); err == nil {
		forms = append(forms, string(text))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kinds[fmt.Sprintf("%T", v)]++
	s.said = append(s.said, forms...)
}

// event keeps an event.
func (s *transcript) event(e multiaccount.Event) { s.keep(e) }

// err keeps an error, and every error in it.
func (s *transcript) err(err error) {
	if err == nil {
		return
	}
	s.keep(err)
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range all.Unwrap() {
			s.err(e)
		}
	}
	s.err(errors.Unwrap(err))
}

// accounts keeps what a pool shows of its accounts, and of how it picked them.
func (s *transcript) accounts(ctx context.Context, pool *multiaccount.Pool) {
	all, err := pool.Accounts(ctx)
	s.err(err)
	for _, a := range all {
		s.keep(a)
	}
	decisions, err := pool.Decisions(ctx)
	s.err(err)
	for i := range decisions {
		s.keep(decisions[i])
	}
}

// leaks returns the places in which one of the secrets shows.
func (s *transcript) leaks(secrets ...string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []string
	for _, text := range append(strings.Split(s.log.String(), "\n"), s.said...) {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				found = append(found, text)
			}
		}
	}
	return found
}

// heard reports how often a value of that type was said.
func (s *transcript) heard(kind string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kinds[kind]
}

// logged reports whether the log has this text.
func (s *transcript) logged(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(s.log.String(), text)
}

// The search must find what is there, in whatever form.
func TestSearchFindsALeak(t *testing.T) {
	type careless struct{ Token string }
	secret := providertest.TokenMark + "1"
	for name, say := range map[string]func(*transcript){
		"log":    func(s *transcript) { _, _ = fmt.Fprintf(s, `{"token":%q}`, secret) },
		"event":  func(s *transcript) { s.event(multiaccount.SaveFailed{Reason: "token " + secret}) },
		"error":  func(s *transcript) { s.err(fmt.Errorf("outer: %w", errors.New(secret))) },
		"status": func(s *transcript) { s.keep(multiaccount.AccountStatus{Label: secret}) },
		"field":  func(s *transcript) { s.keep(&careless{secret}) },
	} {
		s := newTranscript()
		say(s)
		if len(s.leaks(providertest.TokenMark)) == 0 {
			t.Errorf("a secret in the %s was not found", name)
		}
	}
}
