package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
)

// browse plays xdg-open: $BROWSER_DOES says what the owner's browser does with
// the address.
func browse() {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	switch os.Getenv("BROWSER_DOES") {
	case "log-in":
		resp, err := client.Get(os.Args[1])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		_, _ = io.Copy(os.Stdout, resp.Body) // which must not reach the command's output
		_ = resp.Body.Close()
	case "chromium":
		cmd := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
			"--no-first-run", "--user-data-dir="+os.Getenv("WORK")+"/profile", "--dump-dom", os.Args[1])
		_ = cmd.Run() // the command tells whether it worked
	case "interrupt":
		parent, err := os.FindProcess(os.Getppid())
		if err == nil {
			_ = parent.Signal(os.Interrupt)
		}
	case "fail":
		os.Exit(3)
	}
}

// configure writes settings that lead to the fake provider.
func configure(dir string, srv *providertest.Server) error {
	at := func(p providertest.Endpoints) map[string]string {
		return map[string]string{
			"base_url": p.BaseURL, "token_url": p.TokenURL, "authorize_url": p.AuthorizeURL,
			"usage_url": p.UsageURL, "profile_url": p.ProfileURL, "device_url": p.DeviceURL,
		}
	}
	a, o := at(srv.Endpoints(providertest.Anthropic)), at(srv.Endpoints(providertest.OpenAI))
	acme := map[string]string{"base_url": srv.URL, "token_url": a["token_url"], "device_url": a["device_url"], "client_id": "c"}
	file, err := json.Marshal(map[string]any{"providers": map[string]any{
		"anthropic": a, "openai": o, "acme": acme, "keys": map[string]string{"base_url": "https://keys.example"},
	}})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, settings.FileName), file, 0o600)
}

// TestLoginScripts runs testdata/login/*.txtar: the real binary against a fake
// provider with the owners alice (Anthropic) and bob (OpenAI).
func TestLoginScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/login", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			srv := providertest.New(providertest.Options{DeviceInterval: time.Second})
			e.Defer(srv.Close)
			alice := srv.AddAccount(providertest.Account{Email: "alice@example.com"})
			e.Values["server"], e.Values["alice"] = srv, alice
			e.Values["bob"] = srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Email: "bob@example.com"})
			e.Setenv("MULTIACCOUNT_DIR", filepath.Join(e.WorkDir, "state"))
			e.Setenv("DISPLAY", ":0")
			if err := os.WriteFile(filepath.Join(e.WorkDir, "key"), []byte(alice.APIKey()+"\n"), 0o600); err != nil {
				return err
			}
			return configure(filepath.Join(e.WorkDir, "state"), srv)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": checkStatus, "nosecret": checkNoSecret, "approve": approveDevice, "outage": startOutage, "credentials": writeCredentials, "revokekey": revokeKey,
		},
	})
}

// checkNoSecret is "nosecret FILE…": no token, key or code of the fake provider
// is in them.
func checkNoSecret(ts *testscript.TestScript, _ bool, files []string) {
	for _, file := range files {
		if text := ts.ReadFile(file); strings.Contains(text, providertest.TokenMark) {
			ts.Fatalf("a secret shows in %s: %s", file, text)
		}
	}
}

// approveDevice is "approve alice|bob|nobody": the next device login is
// approved, or refused.
func approveDevice(ts *testscript.TestScript, _ bool, args []string) {
	srv, ok := ts.Value("server").(*providertest.Server)
	if !ok {
		ts.Fatalf("no server")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	code, err := srv.WaitDevice(ctx)
	ts.Check(err)
	settle := srv.DenyDevice
	if owner, ok := ts.Value(args[0]).(*providertest.AccountHandle); ok {
		settle = owner.ApproveDevice
	}
	if !settle(code) {
		ts.Fatalf("no device login waits for %s", code)
	}
}

// startOutage is "outage": the provider refuses everything from now on.
func startOutage(ts *testscript.TestScript, _ bool, _ []string) {
	if srv, ok := ts.Value("server").(*providertest.Server); ok {
		srv.StartOutage(providertest.Anthropic, providertest.OAuthError("invalid_client"))
	}
}

// writeCredentials is "credentials FILE": it is what Claude Code keeps of a login of
// alice's.
func writeCredentials(ts *testscript.TestScript, neg bool, args []string) {
	alice, ok := ts.Value("alice").(*providertest.AccountHandle)
	if neg || !ok || len(args) != 1 {
		ts.Fatalf("usage: credentials FILE")
	}
	text := fmt.Sprintf(`{"claudeAiOauth":{"accessToken":%q,"refreshToken":%q,"expiresAt":%d}}`,
		alice.AccessToken(), alice.RefreshToken(), alice.ExpiresAt().UnixMilli())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// revokeKey is "revokekey": alice's key ends, and newkey has another one.
func revokeKey(ts *testscript.TestScript, neg bool, args []string) {
	alice, ok := ts.Value("alice").(*providertest.AccountHandle)
	if neg || !ok || len(args) > 0 {
		ts.Fatalf("usage: revokekey")
	}
	alice.Revoke()
	alice.Login()
	ts.Check(os.WriteFile(ts.MkAbs("newkey"), []byte(alice.APIKey()), 0o600))
}

var addressIn = regexp.MustCompile(`http://\S+`)

// The owner reads an address from the command and answers it.
func TestLoginByPaste(t *testing.T) {
	srv := providertest.New(providertest.Options{})
	defer srv.Close()
	owner := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Email: "bob@example.com"})
	dir := t.TempDir()
	t.Setenv("MULTIACCOUNT_DIR", dir)
	if err := configure(dir, srv); err != nil {
		t.Fatal(err)
	}
	keys, typed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	told, said := io.Pipe()
	var out bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run([]string{"login", "openai", "--no-browser", "--json"}, streams{in: keys, out: &out, err: said})
		_ = said.Close()
	}()
	lines, all := bufio.NewScanner(told), ""
	for lines.Scan() {
		all += lines.Text() + "\n"
		if address := addressIn.FindString(lines.Text()); address != "" {
			_, err := io.WriteString(typed, "nonsense?\n"+endOf(t, address)+"\n")
			if err != nil {
				t.Error(err)
			}
		}
	}
	status := <-ended
	_, _ = keys.Close(), typed.Close()
	var saved savedJSON
	if err := json.Unmarshal(out.Bytes(), &saved); err != nil || status != exitDone || saved.Email != "bob@example.com" || saved.Plan != "ChatGPT Plus" {
		t.Fatalf("status %d, %v: %s\n%s", status, err, out.String(), all)
	}
	if strings.Contains(out.String()+all, providertest.TokenMark) || !strings.Contains(all, "there is no code in that") {
		t.Errorf("the command says:\n%s", all)
	}
	file, err := os.ReadFile(filepath.Join(dir, "openai", "accounts", saved.ID+".json"))
	if err != nil || !strings.Contains(string(file), owner.RefreshToken()) {
		t.Errorf("the login is not on disk: %v", err)
	}
}

// endOf is the address at which a browser ends up.
func endOf(t *testing.T, address string) string {
	t.Helper()
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Get(address)
	if err != nil {
		t.Error(err)
		return ""
	}
	_ = resp.Body.Close()
	return resp.Header.Get("Location")
}
