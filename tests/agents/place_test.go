package agents_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

// place is where an agent works: a fake provider with the accounts work and spare,
// of which work is asked first, a gateway in front of it, a home and a folder to
// work in.
type place struct {
	preparation
	mind     *mind
	provider provider
	// gate is nil where the agent starts the gateway itself.
	gate *gatewayProcess
	// state is the gateway's folder, home and folder the agent's.
	state, home, folder string
}

func newPlace(t *testing.T, a agent) *place {
	t.Helper()
	p := &place{preparation: prepared(t), mind: &mind{agent: a, command: "echo done > " + madeByTool}, state: t.TempDir(), home: t.TempDir(), folder: t.TempDir()}
	p.Program = ownLink(t, p.Program)
	t.Cleanup(func() { rig.Ended(t, p.Program) })
	p.provider = a.provider(t, p.mind)
	rig.Must(t, os.WriteFile(filepath.Join(p.state, "settings.jsonc"), p.provider.settings(), 0o600))
	p.fillPool(t)
	if !a.starts {
		p.gate = p.startGateway(t)
	}
	return p
}

// ownLink is a name of the program for one place, by which its processes are told
// from those of others.
func ownLink(t *testing.T, program string) string {
	t.Helper()
	link := filepath.Join(t.TempDir(), filepath.Base(program))
	rig.Must(t, os.Link(program, link))
	return link
}

func (p *place) fillPool(t *testing.T) {
	t.Helper()
	eng := rig.Open(t, multiaccount.Config{Dir: p.state, Providers: p.provider.known()})
	for _, login := range p.provider.accounts() {
		rig.Add(t, rig.Pool(t, eng, p.mind.agent.pool), login)
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
	env := []string{"PATH=" + pathBefore(p.Agents[p.mind.agent.program]), "HOME=" + p.home, "TMPDIR=" + p.home, "LANG=C.UTF-8", "TERM=dumb"}
	if p.Isolation == behindProxies {
		env = append(env, "HTTP_PROXY=http://127.0.0.1:9", "HTTPS_PROXY=http://127.0.0.1:9", "NO_PROXY=127.0.0.1,localhost",
			"http_proxy=http://127.0.0.1:9", "https_proxy=http://127.0.0.1:9", "no_proxy=127.0.0.1,localhost")
	}
	return append(env, more...)
}

// pathBefore is the search path with a program's folder first, where what it runs on
// may be, too.
func pathBefore(program string) string {
	return filepath.Dir(program) + string(os.PathListSeparator) + os.Getenv("PATH")
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
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(p.folder, name)); err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("there is no %s", name)
		}
	}
}

// madeByTool is the file that the model has the agent's shell make.
const madeByTool = "made-by-the-tool"
