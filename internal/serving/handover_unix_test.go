//go:build unix

package serving

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/apikey"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// stage is a state directory with a listener that may be handed over.
type stage struct {
	dir, address, path string
	tcp                net.Listener
}

func newStage(t *testing.T) *stage {
	t.Helper()
	dir, err := os.MkdirTemp("", "hand") //nolint:usetesting // a socket's path has to be short
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	tcp, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = tcp.Close() })
	address := tcp.Addr().String()
	return &stage{dir, address, handPath(dir, address), tcp}
}

func (s *stage) want() map[string]string { return map[string]string{listenFlag: s.address} }

// open waits for a successor; replaced is closed when one has taken over.
func (s *stage) open(t *testing.T) (replaced chan struct{}) {
	t.Helper()
	replaced = make(chan struct{})
	h, err := openHand(t.Context(), s.path, map[string]net.Listener{listenFlag: s.tcp}, func() { close(replaced) })
	must(t, err)
	t.Cleanup(h.close)
	return replaced
}

func (s *stage) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "unix", s.path)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// Strangers that say anything, or nothing to the end, get nothing, and the serve
// that comes after them takes over.
func TestStrangersBeforeASuccessor(t *testing.T) {
	s := newStage(t)
	replaced := s.open(t)
	for _, said := range []string{
		"", "\n", "{", "GET / HTTP/1.1\r\n\r\n", "[]\n", `{"want":7}` + "\n", `{"want":{"listen":["x"]}}` + "\n", strings.Repeat("x", 1<<20), "\x00\xff\n",
	} {
		conn := s.dial(t)
		_, _ = io.WriteString(conn, said) // it may hang up before all is said
		must(t, conn.(*net.UnixConn).CloseWrite())
		if text, _ := io.ReadAll(conn); len(text) > 0 {
			t.Errorf("%.20q got %q", said, text)
		}
	}
	for _, said := range []string{"{}\n", `{"want":{"listen":"127.0.0.1:1","pprof":"` + s.address + `"}}` + "\n"} {
		conn := s.dial(t)
		_, err := io.WriteString(conn, said)
		must(t, err)
		text, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.Contains(text, `"given":[]`) {
			t.Errorf("%q got %q, %v", said, text, err)
		}
		_, _ = io.WriteString(conn, "leave!\n")
		if rest, _ := io.ReadAll(conn); len(rest) > 0 {
			t.Errorf("%q got %q", said, rest)
		}
	}
	select {
	case <-replaced:
		t.Fatal("a stranger has sent it away")
	default:
	}
	p, err := askPredecessor(t.Context(), s.dir, s.address, s.want())
	must(t, err)
	l := p.take(listenFlag, s.address)
	if l == nil || l.Addr().String() != s.address || p.pid != os.Getpid() {
		t.Fatalf("got %v of process %d", l, p.pid)
	}
	defer l.Close() //nolint:errcheck // nobody is there
	must(t, p.dismiss())
	<-replaced
	must(t, s.tcp.Close())
	go func() { _, _ = net.Dial("tcp", s.address) }()
	conn, err := l.Accept()
	must(t, err)
	must(t, conn.Close())
}

// A predecessor that is none, or lies, is told of, gets no connection to serve, and
// leaves nothing open here.
func TestLyingPredecessors(t *testing.T) {
	s := newStage(t)
	other, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	defer other.Close() //nolint:errcheck // nobody is there
	plain, err := os.Open(os.DevNull)
	must(t, err)
	defer plain.Close() //nolint:errcheck // it was read
	fd := func(l net.Listener) int {
		f, err := l.(*net.TCPListener).File()
		must(t, err)
		t.Cleanup(func() { _ = f.Close() })
		return int(f.Fd())
	}
	own, foreign := fd(s.tcp), fd(other)
	before := openFiles(t)
	for name, test := range map[string]struct {
		text string
		fds  []int
		want string
	}{
		"nothing":                    {"", nil, "EOF"},
		"garbage":                    {"hello\n", nil, "its answer is none of a serve"},
		"half an answer":             {`{"pid":1,"giv`, nil, "its answer is none of a serve"},
		"an answer without its end":  {`{"pid":1,"given":[]}`, nil, "its answer is none of a serve"},
		"a promise":                  {`{"pid":1,"given":["listen"]}` + "\n", nil, "it promised other listeners than it sent"},
		"more than it says":          {`{"pid":1,"given":[]}` + "\n", []int{own}, "it promised other listeners than it sent"},
		"another address":            {`{"pid":1,"given":["listen"]}` + "\n", []int{foreign}, "it sent " + other.Addr().String() + " in place of --listen " + s.address},
		"something nobody asked for": {`{"pid":1,"given":["pprof"]}` + "\n", []int{own}, "in place of --pprof"},
		"one twice":                  {`{"pid":1,"given":["listen","listen"]}` + "\n", []int{own, own}, "in place of --listen"},
		"no listener":                {`{"pid":1,"given":["listen"]}` + "\n", []int{int(plain.Fd())}, "socket"},
		"many files":                 {`{"pid":1,"given":["listen"]}` + "\n", bytesOf(own, 200), "other listeners"},
	} {
		end := s.lie(t, test.text, test.fds)
		p, err := askPredecessor(t.Context(), s.dir, s.address, s.want())
		if p != nil || err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "stop it first") {
			t.Errorf("%s: %v, %v", name, p, err)
		}
		end()
	}
	if after := openFiles(t); after > before {
		t.Errorf("%d files are open, %d were", after, before)
	}
}

func bytesOf(fd, n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = fd
	}
	return all
}

// lie answers who asks next with this.
func (s *stage) lie(t *testing.T, text string, fds []int) (end func()) {
	t.Helper()
	l, err := persistence.ListenUnix(t.Context(), s.path)
	must(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close() //nolint:errcheck // that is a part of the lie
		_, _ = bufio.NewReader(conn).ReadBytes('\n')
		if text != "" {
			_, _, _ = conn.(*net.UnixConn).WriteMsgUnix([]byte(text), syscall.UnixRights(fds...), nil)
		}
	}()
	return func() {
		_ = l.Close() // it ends the wait, too
		<-done
	}
}

// openFiles counts what this process has open.
func openFiles(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir("/dev/fd")
	must(t, err)
	return len(all)
}

// A predecessor that never answers keeps nobody longer than it may.
func TestSilentPredecessor(t *testing.T) {
	s := newStage(t)
	l, err := persistence.ListenUnix(t.Context(), s.path)
	must(t, err)
	defer l.Close() //nolint:errcheck // nobody is there
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan struct{})
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		_, _ = bufio.NewReader(conn).ReadBytes('\n')
		cancel() // as ctrl-c does
		<-asked
		_ = conn.Close()
	}()
	began := time.Now()
	p, err := askPredecessor(ctx, s.dir, s.address, s.want())
	close(asked)
	if p != nil || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) > handTime/2 {
		t.Errorf("after %v: %v, %v", time.Since(began), p, err)
	}
}

// A predecessor that does not say that it has left is told of.
func TestPredecessorThatStays(t *testing.T) {
	s := newStage(t)
	for _, said := range []string{"", "no\n", strings.Repeat("x", 1<<16)} {
		l, err := persistence.ListenUnix(t.Context(), s.path)
		must(t, err)
		done := make(chan struct{})
		go func() {
			defer close(done)
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close() //nolint:errcheck // that is a part of it
			r := bufio.NewReader(conn)
			_, _ = r.ReadBytes('\n')
			_, _ = io.WriteString(conn, `{"pid":7,"given":[]}`+"\n")
			_, _ = r.ReadBytes('\n')
			_, _ = io.WriteString(conn, said)
		}()
		p, err := askPredecessor(t.Context(), s.dir, s.address, s.want())
		must(t, err)
		if err := p.dismiss(); err == nil || !strings.HasPrefix(err.Error(), "process 7 was to leave the address, and has not said so") || strings.Contains(err.Error(), "%!") {
			t.Errorf("%.10q: %v", said, err)
		}
		<-done
		must(t, l.Close())
	}
}

// The socket of another user is not asked: who answers there would get the
// connections.
func TestSocketOfAnotherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only the superuser can give a socket to another user")
	}
	s := newStage(t)
	s.open(t)
	must(t, os.Chown(s.path, 12345, -1))
	p, err := askPredecessor(t.Context(), s.dir, s.address, s.want())
	if p != nil || err == nil || !strings.Contains(err.Error(), "is another user's (number 12345)") {
		t.Errorf("%v, %v", p, err)
	}
	if pid := askWho(t.Context(), s.dir, s.address); pid != 0 {
		t.Errorf("process %d has the address", pid)
	}
}

// player is a host whose serve tells when it serves.
func player(t *testing.T, dir string, serves chan<- string) Host {
	t.Helper()
	return Host{
		Dir: dir, Out: io.Discard, Err: io.Discard, In: bytes.NewReader(nil),
		Open: func(ctx context.Context) (*multiaccount.Engine, *zerolog.Logger, error) {
			eng, err := multiaccount.Open(ctx, multiaccount.Config{
				Dir: dir, Store: persistence.NewMemory(),
				Providers: []providers.Provider{apikey.New(apikey.Options{Name: "zai", BaseURL: "http://127.0.0.1:1"})},
			})
			return eng, nil, err
		},
		Announce: func(_ context.Context, address string) error {
			serves <- address
			return nil
		},
	}
}

// Two serves in one process hand over while they are asked, so that the race
// detector sees both sides. That nobody is refused, two processes show.
func TestHandOverInOneProcess(t *testing.T) {
	s := newStage(t)
	must(t, s.tcp.Close())
	serves, ended := make(chan string, 1), make(chan error, 3)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	options := At(s.address)
	go func() { ended <- Run(ctx, options, player(t, s.dir, serves)) }()
	url := <-serves
	own := &http.Transport{}
	defer own.CloseIdleConnections()
	healthy := func() {
		t.Helper()
		resp, err := (&http.Client{Transport: own}).Get(url + "/healthz")
		must(t, err)
		must(t, resp.Body.Close())
	}
	healthy()
	options.replace = true
	for range 2 {
		go func() { ended <- Run(ctx, options, player(t, s.dir, serves)) }()
		<-serves
		healthy()
		must(t, <-ended)
		healthy()
	}
	cancel()
	must(t, <-ended)
}

// Whatever a stranger says, it is read or refused, and no more of it than may be.
func FuzzHandRequest(f *testing.F) {
	f.Add([]byte(`{"want":{"listen":"127.0.0.1:8383","unix":"/a/b"}}` + "\n"))
	f.Add([]byte("{}\nserving\n"))
	f.Add([]byte("{\"want\":null}\r\n\x00"))
	f.Fuzz(func(t *testing.T, said []byte) {
		request, err := readRequest(bufio.NewReader(bytes.NewReader(said)))
		if err == nil && !bytes.Contains(said, []byte("\n")) {
			t.Errorf("half a request is %+v", request)
		}
	})
}

// Whatever is answered, no listener comes of an answer without one.
func FuzzHandOffer(f *testing.F) {
	f.Add([]byte(`{"pid":1,"given":["listen"]}` + "\n"))
	f.Add([]byte(`{"pid":"1"}` + "\n"))
	f.Add([]byte(`{"given":[null,""]}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		offer, err := readOffer(text)
		if err != nil {
			return
		}
		p := &predecessor{want: map[string]string{}}
		if err := p.keep(offer, nil); err == nil && (len(offer.Given) > 0 || len(p.listeners) > 0) {
			t.Errorf("%q gives %v", text, p.listeners)
		}
	})
}

// Names of addresses make names of files in the folder.
func FuzzHandPath(f *testing.F) {
	f.Add("127.0.0.1:8383")
	f.Add("[fe80::1%../../x]:1")
	f.Fuzz(func(t *testing.T, address string) {
		if strings.ContainsAny(address, "ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ") && !strings.Contains(address, "%") {
			return // a name, which is looked up
		}
		if path := handPath("/state", address); path != "" && filepath.Dir(path) != "/state" {
			t.Errorf("%q is at %s", address, path)
		}
	})
}
