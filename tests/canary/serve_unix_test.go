//go:build unix

package canary_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// What a request holds, and what the owner has in the environment.
const (
	promptSecret, querySecret, cookieSecret = "prompt-secret-4711", "query-secret-4711", "cookie-secret-4711"
	baggageSecret, wordSecret, wrongToken   = "baggage-secret-4711", "passphrase-secret-4711", "mag_wrong-token-4711"
)

// lockedText is text that is written by one goroutine and read by another.
type lockedText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// ServeHTTP collects traces.
func (l *lockedText) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		body, _ = gzip.NewReader(r.Body)
	}
	_, _ = io.Copy(l, body)
}

// gatewayLife is one serve with all that it says.
type gatewayLife struct {
	*testing.T

	said                                    sinks
	program, dir, home, hookFile, accessLog string
	srv                                     *providertest.Server
	account                                 *providertest.AccountHandle
	traces, log, printed                    lockedText
	hello                                   struct{ Address, Metrics, Pprof, Token string }
	serve                                   *exec.Cmd
	reading                                 sync.WaitGroup
	client                                  *http.Client
}

func newGatewayLife(t *testing.T) *gatewayLife {
	t.Helper()
	root := t.TempDir()
	l := &gatewayLife{
		T: t, program: rig.Command(t), dir: filepath.Join(root, "state"), home: filepath.Join(root, "home"),
		hookFile: filepath.Join(root, "hook"), accessLog: filepath.Join(root, "access.log"), srv: rig.Server(t), client: newClient(t),
	}
	l.account = l.srv.AddAccount(providertest.Account{Email: "work@example.com"})
	self, err := os.Executable()
	rig.Must(t, err)
	at := l.srv.Endpoints(providertest.Anthropic)
	settings := fmt.Sprintf(`{"debug": true, "on_event": [%q, %q, %q], "providers": {"anthropic": {"base_url": %q, "token_url": %q}}}`,
		self, recordMark, l.hookFile, at.BaseURL, at.TokenURL)
	for _, folder := range []string{l.dir, l.home} {
		rig.Must(t, os.MkdirAll(folder, 0o700))
	}
	rig.Must(t, os.WriteFile(filepath.Join(l.dir, "settings.jsonc"), []byte(settings), 0o600))
	eng := rig.Open(t, multiaccount.Config{Dir: l.dir, Providers: rig.Providers(l.srv)})
	rig.Add(t, rig.Pool(t, eng, "anthropic"), rig.OAuth(l.account))
	rig.Close(t, eng)
	return l
}

func newClient(t *testing.T) *http.Client {
	t.Helper()
	own := &http.Transport{}
	t.Cleanup(own.CloseIdleConnections)
	jar, err := cookiejar.New(nil)
	rig.Must(t, err)
	return &http.Client{Transport: own, Jar: jar}
}

func (l *gatewayLife) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, l.program, args...)
	cmd.Env = append(os.Environ(), "MULTIACCOUNT_DIR="+l.dir, "HOME="+l.home, "MULTIACCOUNT_PASSPHRASE="+wordSecret)
	return cmd
}

// prints returns what a command prints, which is to end well.
func (l *gatewayLife) prints(args ...string) string {
	l.Helper()
	text, err := l.command(rig.Deadline(l), args...).CombinedOutput()
	if err != nil {
		l.Fatalf("%v ended with %v: %s", args, err, text)
	}
	return string(text)
}

func (l *gatewayLife) begin() {
	l.Helper()
	collector := httptest.NewServer(&l.traces)
	l.Cleanup(collector.Close)
	l.serve = l.command(l.Context(), "serve", "--listen", "127.0.0.1:0", "--handshake", "--events", "--metrics-listen", "127.0.0.1:0", "--pprof", "127.0.0.1:0",
		"--access-log", l.accessLog)
	l.serve.Env = append(l.serve.Env, "OTEL_EXPORTER_OTLP_ENDPOINT="+collector.URL)
	l.serve.Stderr = &l.log
	out, err := l.serve.StdoutPipe()
	rig.Must(l, err)
	rig.Start(l, l.serve)
	lines := bufio.NewReader(out)
	l.said.Hello, err = lines.ReadString('\n')
	rig.Must(l, err)
	rig.Must(l, json.Unmarshal([]byte(l.said.Hello), &l.hello))
	l.reading.Go(func() { _, _ = io.Copy(&l.printed, lines) }) // to its end
}

// send sends a request, and returns its answer with its head.
func (l *gatewayLife) send(method, url, body string, headers ...string) string {
	l.Helper()
	req, err := http.NewRequestWithContext(l.Context(), method, url, strings.NewReader(body))
	rig.Must(l, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := l.client.Do(req)
	rig.Must(l, err)
	defer resp.Body.Close() //nolint:errcheck // read to its end
	text, _ := io.ReadAll(resp.Body)
	return fmt.Sprint(resp.Status, resp.Header, string(text))
}

// traffic are requests in good order and in trouble.
func (l *gatewayLife) traffic() {
	l.Helper()
	const body = `{"model":"claude-opus-5","max_tokens":16,"messages":[{"role":"user","content":"` + promptSecret + `"}]}`
	ask := func(token, query string) {
		l.said.Answers += l.send(http.MethodPost, l.hello.Address+"/anthropic/v1/messages?state="+querySecret+query, body, "Authorization", "Bearer "+token, "X-Api-Key", token,
			"Content-Type", "application/json", "Cookie", "c="+cookieSecret, "Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "Baggage", "user="+baggageSecret)
	}
	for _, answer := range []providertest.Answer{
		providertest.OK(), providertest.Limited(), providertest.CutMidBody(), providertest.Entitlement(), repeating(http.StatusBadRequest, l.account), repeating(http.StatusUnauthorized, l.account), repeating(http.StatusBadGateway, l.account), providertest.Unauthorized(), providertest.Revoked(),
	} {
		l.account.Next(answer)
		ask(l.hello.Token, "")
	}
	ask(wrongToken, "")
	ask(wrongToken, "&key="+wrongToken)
}

// repeating is the answer of a provider that repeats the token it was sent.
func repeating(status int, h *providertest.AccountHandle) providertest.Answer {
	token := h.AccessToken()
	return providertest.Reply(status, http.Header{"X-Sent": {token}, "Retry-After": {token}}, `{"error":{"type":"`+token+`","message":"`+token+` is wrong"}}`)
}

// administer asks for all that the admin interface has to show.
func (l *gatewayLife) administer(token string) {
	l.Helper()
	get := func(path string) string {
		text := l.send(http.MethodGet, l.hello.Address+"/admin/v1"+path, "", "Authorization", "Bearer "+token)
		l.said.Admin += path + " " + text
		return text
	}
	ids := map[string]string{"provider": "anthropic", "client": "default"}
	find := func(name, path, pattern string) {
		found := regexp.MustCompile(pattern).FindStringSubmatch(get(path))
		if len(found) < 2 {
			l.Fatalf("no %s in %s", name, path)
		}
		ids[name] = found[1]
	}
	find("account", "/accounts", `"id":"([^"]+)"`)
	find("decision", "/decisions", `"id":"?([^",]+)`)
	l.said.Admin += l.send(http.MethodPost, l.hello.Address+"/admin/v1/logins", `{"provider":"anthropic","method":"paste"}`, "Authorization", "Bearer "+token, "Content-Type", "application/json")
	find("login", "/logins", `"id":"([^"]+)"`)
	description := get("/openapi.json")
	gjson.Get(bodyOf(description), "paths").ForEach(func(path, methods gjson.Result) bool {
		if !methods.Get("get").Exists() || path.Str == "/events" {
			return true
		}
		asked := regexp.MustCompile(`\{(\w+)\}`).ReplaceAllStringFunc(path.Str, func(name string) string { return ids[strings.Trim(name, "{}")] })
		if text := get(asked); !strings.HasPrefix(text, "200") {
			l.Errorf("%s: %.200s", asked, text)
		}
		return true
	})
}

// bodyOf is the JSON object that an answer with its head ends with.
func bodyOf(answer string) string {
	_, body, _ := strings.Cut(answer, "{")
	return "{" + body
}

// listen keeps the events of the admin interface until serve ends.
func (l *gatewayLife) listen(token string) {
	l.Helper()
	req, err := http.NewRequestWithContext(l.Context(), http.MethodGet, l.hello.Address+"/admin/v1/events", nil)
	rig.Must(l, err)
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := l.client.Do(req)
	rig.Must(l, err)
	l.reading.Go(func() {
		defer resp.Body.Close() //nolint:errcheck // read to its end
		text, _ := io.ReadAll(resp.Body)
		l.said.AdminEvents = string(text)
	})
}

// browse loads the dashboard with all its scripts, and what they ask for. It returns
// the secret of the link and the session's token.
func (l *gatewayLife) browse() (link, session string) {
	l.Helper()
	link = regexp.MustCompile(`#\S*?([A-Za-z0-9_-]{20,})`).FindStringSubmatch(l.prints("dashboard", "--no-open"))[1]
	waiting, seen := []string{"/"}, map[string]bool{"/": true}
	reference := regexp.MustCompile(`(?:from|src=|href=|import\()\s*"\.?(/?[\w./-]+)"`)
	for len(waiting) > 0 {
		text := l.send(http.MethodGet, l.hello.Address+waiting[0], "")
		l.said.Page += waiting[0] + " " + text
		waiting = waiting[1:]
		for _, found := range reference.FindAllStringSubmatch(text, -1) {
			path := "/dashboard/" + strings.TrimPrefix(strings.TrimPrefix(found[1], "/dashboard"), "/")
			if !seen[path] {
				seen[path], waiting = true, append(waiting, path)
			}
		}
	}
	if len(seen) < 5 {
		l.Errorf("the page has only %v", seen)
	}
	begun := l.send(http.MethodPost, l.hello.Address+"/dashboard/session", `{"secret":"`+link+`"}`, "Content-Type", "application/json", "Origin", l.hello.Address)
	session = gjson.Get(bodyOf(begun), "token").Str
	for _, path := range []string{"/pools", "/accounts", "/decisions", "/clients", "/usage?by=account", "/usage/series?by=client", "/logins", "/settings", "/health"} {
		text := l.send(http.MethodGet, l.hello.Address+"/dashboard/api"+path, "", "Origin", l.hello.Address, "X-Dashboard-Token", session)
		l.said.PageAnswers += text
		if !strings.HasPrefix(text, "200") {
			l.Errorf("%s: %.200s", path, text)
		}
	}
	return link, session
}

// commands are those around a gateway.
func (l *gatewayLife) commands() {
	l.Helper()
	self, err := os.Executable()
	rig.Must(l, err)
	agent := filepath.Join(l.TempDir(), "agent")
	l.said.Run = l.prints("run", "--", self, recordMark, agent) + "ended"
	l.said.Setup = l.prints("setup", "claude", "--dry-run", "--address", l.hello.Address) + l.prints("setup", "claude", "--address", l.hello.Address) + l.prints("setup", "status")
	seen := readRecord(l, agent)
	l.said.AgentEnvironment = strings.Join(seen.Env, "\n")
	l.said.Arguments += strings.Join(append(seen.Args, l.serve.Args...), "\n")
	for _, help := range regexp.MustCompile(`(?m)^ +--([a-z-]+)|-h, --(help)`).FindAllStringSubmatch(l.prints("serve", "--help"), -1) {
		if name := help[1] + help[2]; name != "dir" {
			if _, ok := flagSinks()[name]; !ok {
				l.Errorf("nobody has said what --%s of serve has said, and where: put it into flagSinks", name)
			}
		}
	}
}

func readRecord(l *gatewayLife, file string) (seen recorded) {
	l.Helper()
	var text []byte
	var err error
	for ctx := rig.Deadline(l); ; rig.Must(l, ctx.Err()) { // until it was written whole
		if text, err = os.ReadFile(file); err == nil && json.Unmarshal(text, &seen) == nil {
			return seen
		}
	}
}

// handOver asks as a successor does.
func (l *gatewayLife) handOver() {
	l.Helper()
	sockets, err := filepath.Glob(filepath.Join(l.dir, "serve-*.sock"))
	if err != nil || len(sockets) != 1 {
		l.Fatalf("sockets: %v, %v", sockets, err)
	}
	conn, err := (&net.Dialer{}).DialContext(l.Context(), "unix", sockets[0])
	rig.Must(l, err)
	defer conn.Close() //nolint:errcheck // it was read
	_, err = io.WriteString(conn, "{}\n")
	rig.Must(l, err)
	l.said.HandOver, err = bufio.NewReader(conn).ReadString('\n')
	rig.Must(l, err)
}

// end ends serve, and reads what it leaves.
func (l *gatewayLife) end() {
	l.Helper()
	_, l.said.Metrics, _ = strings.Cut(l.send(http.MethodGet, l.hello.Metrics, ""), "map[")
	l.said.Profiles = l.send(http.MethodGet, l.hello.Pprof+"goroutine?debug=2", "") + l.send(http.MethodGet, l.hello.Pprof+"cmdline", "")
	hook := readRecord(l, l.hookFile)
	l.said.HookInput, l.said.HookEnvironment = hook.Input, strings.Join(hook.Env, "\n")
	l.said.Arguments += strings.Join(hook.Args, "\n")
	usage := l.prints("usage", "--by", "client")
	rig.Must(l, l.serve.Process.Signal(syscall.SIGTERM))
	l.reading.Wait()
	rig.Must(l, l.serve.Wait())
	l.said.Log, l.said.PrintedEvents, l.said.Traces = l.log.String(), l.printed.String(), l.traces.String()
	l.said.AccessLog = readFile(l, l.accessLog)
	rig.Must(l, filepath.Walk(l.dir, func(path string, info os.FileInfo, err error) error {
		switch {
		case err != nil || !info.Mode().IsRegular() || filepath.Base(filepath.Dir(path)) == "accounts":
		case strings.HasPrefix(filepath.Base(path), "usage.db"):
			usage += readFile(l, path)
		default:
			l.said.Files += path + " " + readFile(l, path)
		}
		return err
	}))
	l.said.Usage = usage
}

func readFile(l *gatewayLife, path string) string {
	l.Helper()
	text, err := os.ReadFile(path)
	rig.Must(l, err)
	return string(text)
}

// A life of a whole gateway, with everything on that watches it: no secret is in
// anything that it says, leaves or hands to others.
func TestNoSecretIsSaidByAGateway(t *testing.T) {
	t.Parallel()
	l := newGatewayLife(t)
	_, admin, _ := strings.Cut(l.prints("admin", "token", "--yes"), "\n")
	admin = strings.TrimSpace(admin)
	l.begin()
	l.listen(admin)
	l.traffic()
	l.commands()
	l.administer(admin)
	link, session := l.browse()
	l.handOver()
	l.end()
	l.said.check(t, []secret{
		{"a provider's token", providertest.TokenMark, nil},
		{"a client's token", l.hello.Token, []string{"Hello"}},
		{"the admin token", admin, nil},
		{"the secret of a link", link, nil},
		{"the token of a session", session, nil},
		{"a prompt", promptSecret, nil},
		{"a query", querySecret, nil},
		{"a cookie", cookieSecret, nil},
		{"baggage", baggageSecret, nil},
		{"the passphrase", wordSecret, nil},
		{"a wrong token", wrongToken, nil},
		{"whose account it is", "work@example.com", []string{"Log", "PrintedEvents", "Answers", "Admin", "AdminEvents", "PageAnswers", "HookInput"}},
	})
	for sink, want := range map[string]string{
		l.said.Traces: "attempt anthropic", l.said.Metrics: `class="unauthorized"`, l.said.AccessLog: `"provider":"anthropic"`, l.said.Usage: "default", l.said.PrintedEvents: "login_rejected",
		l.said.AdminEvents: "login_rejected", l.said.HookInput: "login_rejected", l.said.AgentEnvironment: "ANTHROPIC_BASE_URL=" + l.hello.Address, l.said.HandOver: `"pid"`, l.said.Files: "clients.json",
	} {
		if !strings.Contains(sink, want) {
			t.Errorf("%q is not in %.300q: the life is not as full as it was meant to be", want, sink)
		}
	}
}
