package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// stepping is a "login --steps" whose caller answers it.
type stepping struct {
	srv    *providertest.Server
	alice  *providertest.AccountHandle
	bob    *providertest.AccountHandle
	answer *os.File // its standard input
	steps  *bufio.Scanner
	errs   *bytes.Buffer
	ended  chan int
}

func startSteps(t *testing.T, args ...string) *stepping {
	t.Helper()
	s := &stepping{srv: providertest.New(providertest.Options{DeviceInterval: time.Second}), errs: &bytes.Buffer{}, ended: make(chan int, 1)}
	t.Cleanup(s.srv.Close)
	s.alice = s.srv.AddAccount(providertest.Account{Email: "alice@example.com"})
	s.bob = s.srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Email: "bob@example.com"})
	dir := t.TempDir()
	t.Setenv("MULTIACCOUNT_DIR", dir)
	if err := configure(dir, s.srv); err != nil {
		t.Fatal(err)
	}
	in, answer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s.answer = answer
	told, out := io.Pipe()
	s.steps = bufio.NewScanner(told)
	go func() {
		s.ended <- run(append([]string{"login", "--steps"}, args...), streams{in: in, out: out, err: s.errs})
		_ = out.Close()
	}()
	t.Cleanup(func() { _, _ = answer.Close(), in.Close() })
	return s
}

func (s *stepping) next(t *testing.T, want string) loginStep {
	t.Helper()
	var step loginStep
	if !s.steps.Scan() {
		t.Fatalf("no step %s: %s", want, s.errs)
	}
	if err := json.Unmarshal(s.steps.Bytes(), &step); err != nil || step.Step != want {
		t.Fatalf("%v: %s, want %s", err, s.steps.Bytes(), want)
	}
	return step
}

func (s *stepping) done(t *testing.T, email string) {
	t.Helper()
	step := s.next(t, stepDone)
	if status := <-s.ended; status != exitDone || step.Account == nil || step.Account.Email != email {
		t.Errorf("status %d, %+v", status, step.Account)
	}
	if strings.Contains(s.steps.Text()+s.errs.String(), providertest.TokenMark) {
		t.Errorf("a secret shows in %s and %s", s.steps.Text(), s.errs)
	}
}

func TestLoginStepsInABrowser(t *testing.T) {
	s := startSteps(t, "anthropic")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(s.next(t, stepBrowse).URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	s.done(t, "alice@example.com")
}

func TestLoginStepsByPaste(t *testing.T) {
	s := startSteps(t, "openai", "--no-browser")
	first := s.next(t, stepPaste)
	if _, err := io.WriteString(s.answer, "nonsense?\n"); err != nil {
		t.Fatal(err)
	}
	second := s.next(t, stepPaste)
	if first.Problem != "" || first.Copy != "address" || second.Problem == "" || second.URL != first.URL {
		t.Errorf("%+v, then %+v", first, second)
	}
	if _, err := io.WriteString(s.answer, endOf(t, first.URL)+"\n"); err != nil {
		t.Fatal(err)
	}
	s.done(t, "bob@example.com")
}

func TestLoginStepsOnAnotherDevice(t *testing.T) {
	s := startSteps(t, "openai", "--device")
	step := s.next(t, stepDevice)
	if step.URL == "" || !s.bob.ApproveDevice(step.UserCode) {
		t.Errorf("%+v", step)
	}
	s.done(t, "bob@example.com")
}

// The program that shows the steps may be killed: nobody finishes the login then.
func TestLoginStepsEndWithTheirReader(t *testing.T) {
	s := startSteps(t, "anthropic")
	s.next(t, stepBrowse)
	_ = s.answer.Close()
	if s.steps.Scan() {
		t.Errorf("it says %s", s.steps.Text())
	}
	if status := <-s.ended; status != exitFailed || !strings.Contains(s.errs.String(), "standard input was closed") {
		t.Errorf("status %d: %s", status, s.errs)
	}
	var failed map[string]complaint
	if err := json.Unmarshal(s.errs.Bytes(), &failed); err != nil || failed["error"].Code != codeFailed {
		t.Errorf("%v: %s", err, s.errs)
	}
}
