package agents_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// place is where an agent works: a fake provider with the accounts work and spare,
// of which work is asked first, a gateway in front of it, a home and a folder to
// work in.
type place struct {
	preparation
	srv  *providertest.Server
	mind *mind
	// work and spare are accounts of the agent's provider.
	work, spare *providertest.AccountHandle
	flavour     providertest.Flavour
	gate        *gatewayProcess
	// state is the gateway's folder, home and folder the agent's.
	state, home, folder string
}

func newPlace(t *testing.T, a agent) *place {
	t.Helper()
	p := &place{preparation: prepared(t), flavour: a.flavour, mind: &mind{agent: a, command: "echo done > " + madeByTool}, state: t.TempDir(), home: t.TempDir(), folder: t.TempDir()}
	p.srv = providertest.New(providertest.Options{Model: p.mind.answer})
	t.Cleanup(p.srv.Close)
	p.work, p.spare = p.account("work"), p.account("spare")
	p.writeSettings(t)
	p.fillPool(t)
	p.gate = p.startGateway(t)
	return p
}

func (p *place) account(name string) *providertest.AccountHandle {
	return p.srv.AddAccount(providertest.Account{Flavour: p.flavour, Name: name, Email: name + "@example.com"})
}

func (p *place) writeSettings(t *testing.T) {
	t.Helper()
	a, o := p.srv.Endpoints(providertest.Anthropic), p.srv.Endpoints(providertest.OpenAI)
	settings := fmt.Sprintf(`{"providers": {"anthropic": {"base_url": %q, "token_url": %q, "usage_url": %q}, "openai": {"base_url": %q, "token_url": %q, "usage_url": %q}}}`,
		a.BaseURL, a.TokenURL, a.UsageURL, o.BaseURL, o.TokenURL, o.UsageURL)
	rig.Must(t, os.WriteFile(filepath.Join(p.state, "settings.jsonc"), []byte(settings), 0o600))
}

func (p *place) fillPool(t *testing.T) {
	t.Helper()
	eng := rig.Open(t, multiaccount.Config{Dir: p.state, Providers: rig.Providers(p.srv)})
	for _, h := range []*providertest.AccountHandle{p.work, p.spare} {
		login := rig.OAuth(h)
		login.Label = h.Name()
		rig.Add(t, rig.Pool(t, eng, string(p.flavour)), login)
	}
	rig.Close(t, eng)
}

// write writes a file of the agent's, below its home.
func (p *place) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(p.home, name)
	rig.Must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	rig.Must(t, os.WriteFile(path, []byte(text), 0o600))
}

// environment is the agent's: nothing of the machine's but where programs are.
func (p *place) environment(more ...string) []string {
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.home, "TMPDIR=" + p.home, "LANG=C.UTF-8", "TERM=dumb"}
	if p.Isolation == behindProxies {
		env = append(env, "HTTP_PROXY=http://127.0.0.1:9", "HTTPS_PROXY=http://127.0.0.1:9", "NO_PROXY=127.0.0.1,localhost",
			"http_proxy=http://127.0.0.1:9", "https_proxy=http://127.0.0.1:9", "no_proxy=127.0.0.1,localhost")
	}
	return append(env, more...)
}

// limit is how the provider tells that an account has no quota for two hours.
func (p *place) limit() providertest.Answer {
	const wait = 2 * time.Hour
	if p.flavour == providertest.OpenAI {
		return providertest.Limited(providertest.ResetsIn(wait))
	}
	return providertest.Limited(providertest.RetryAfter(wait))
}

// made fails the test unless the agent's tool has made its file.
func (p *place) made(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(p.folder, madeByTool)); err != nil {
		t.Errorf("the tool has not run: %v", err)
	}
}

// await waits for a file in the agent's folder.
func (p *place) await(t *testing.T, name string) {
	t.Helper()
	for ctx := rig.Deadline(t); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(p.folder, name)); err == nil {
			return
		}
		rig.Must(t, ctx.Err())
	}
}

// madeByTool is the file that the model has the agent's shell make.
const madeByTool = "made-by-the-tool"
