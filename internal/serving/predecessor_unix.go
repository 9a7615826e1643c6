//go:build unix

package serving

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// predecessor is a serve that has handed its listeners over and still serves; nil for
// none.
type predecessor struct {
	conn      *net.UnixConn
	pid       int
	want      map[string]string
	listeners map[string]net.Listener
	// socket is the Unix socket that was taken; nil for none.
	socket *net.UnixListener
}

// askPredecessor asks the serve on an address for its listeners; nil when there is none.
func askPredecessor(ctx context.Context, dir, address string, want map[string]string) (*predecessor, error) {
	conn, err := dialHand(ctx, handPath(dir, address))
	if conn == nil {
		return nil, err
	}
	p := &predecessor{conn: conn, want: want}
	_ = conn.SetDeadline(time.Now().Add(handTime))                              // a socket has deadlines
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) })() // so that ctx ends the wait
	if err := p.ask(); err != nil {
		p.close()
		return nil, fmt.Errorf("the serve on %s does not hand it over: %w; stop it first", address, err)
	}
	return p, nil
}

// askWho returns the process that serves on an address; 0 when that is not known.
func askWho(ctx context.Context, dir, address string) int {
	p, err := askPredecessor(ctx, dir, address, nil)
	if p == nil || err != nil {
		return 0
	}
	p.close()
	return p.pid
}

// dialHand connects to the socket at path; nil when nobody is there. A socket of
// another user's is not asked: whoever answers gets this one's connections.
func dialHand(ctx context.Context, path string) (*net.UnixConn, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // there is no socket
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		return nil, fmt.Errorf("the socket %s is another user's (number %d); let that user stop the serve, or remove the socket", path, stat.Uid)
	}
	conn, err := (&net.Dialer{Timeout: handTime}).DialContext(ctx, "unix", path)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // it is left of one that was killed
	}
	return conn.(*net.UnixConn), nil //nolint:forcetypeassert // what a Unix socket gives
}

func (p *predecessor) ask() error {
	if err := json.NewEncoder(p.conn).Encode(handRequest{Want: p.want}); err != nil {
		return err
	}
	text, rights := make([]byte, 4096), make([]byte, 1024)
	n, m, _, _, err := p.conn.ReadMsgUnix(text, rights)
	if err != nil {
		return err
	}
	files, err := received(rights[:m])
	defer func() {
		for _, f := range files {
			_ = f.Close() // a listener has a copy
		}
	}()
	if err != nil {
		return err
	}
	offer, err := readOffer(text[:n])
	if err != nil {
		return err
	}
	return p.keep(offer, files)
}

func readOffer(text []byte) (offer handOffer, err error) {
	if json.Unmarshal(text, &offer) != nil || !bytes.HasSuffix(text, []byte("\n")) {
		return handOffer{}, errors.New("its answer is none of a serve")
	}
	return offer, nil
}

// received are the files that came with a message.
func received(rights []byte) ([]*os.File, error) {
	messages, err := syscall.ParseSocketControlMessage(rights)
	var files []*os.File
	for i := range messages {
		fds, failed := syscall.ParseUnixRights(&messages[i])
		err = errors.Join(err, failed)
		for _, fd := range fds {
			syscall.CloseOnExec(fd)
			files = append(files, os.NewFile(uintptr(fd), "listener"))
		}
	}
	return files, err
}

func (p *predecessor) keep(offer handOffer, files []*os.File) error {
	if len(files) != len(offer.Given) {
		return errors.New("it promised other listeners than it sent")
	}
	p.pid, p.listeners = offer.PID, map[string]net.Listener{}
	for i, flag := range offer.Given {
		l, err := net.FileListener(files[i])
		if err != nil {
			return err
		}
		if before := p.listeners[flag]; before != nil || !isSame(flag, l.Addr().String(), p.want[flag]) {
			return errors.Join(fmt.Errorf("it sent %s in place of --%s %s", l.Addr(), flag, p.want[flag]), l.Close())
		}
		p.listeners[flag] = l
	}
	return nil
}

// take returns the listener of a flag; nil when it was not handed over.
func (p *predecessor) take(flag, address string) net.Listener {
	if p == nil || p.listeners[flag] == nil || !isSame(flag, p.want[flag], address) {
		return nil
	}
	l := p.listeners[flag]
	delete(p.listeners, flag)
	if socket, ok := l.(*net.UnixListener); ok {
		p.socket = socket
	}
	return l
}

// dismiss tells the predecessor that its listeners are served here, and waits until
// it has left them.
func (p *predecessor) dismiss() error {
	defer p.close()
	_ = p.conn.SetDeadline(time.Now().Add(handTime)) // a socket has deadlines
	if _, err := io.WriteString(p.conn, saysServing); err != nil {
		return err
	}
	if p.socket != nil {
		p.socket.SetUnlinkOnClose(true) // until now it was the predecessor's
	}
	said, err := bufio.NewReader(io.LimitReader(p.conn, maxSaid)).ReadString('\n')
	if said == saysLeft {
		return nil
	}
	return errors.Join(fmt.Errorf("process %d was to leave the address, and has not said so", p.pid), err)
}

// close ends the connection. A predecessor that was not dismissed goes on serving.
func (p *predecessor) close() {
	for _, l := range p.listeners {
		_ = l.Close() // the predecessor has its own
	}
	_ = p.conn.Close()
}
