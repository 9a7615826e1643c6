//go:build unix

package serving

import (
	"bufio"
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
	conn := dialHand(ctx, dir, address)
	if conn == nil {
		return nil, nil //nolint:nilnil // no predecessor is no error
	}
	p := &predecessor{conn: conn, want: want}
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

func dialHand(ctx context.Context, dir, address string) *net.UnixConn {
	path := handPath(dir, address)
	if path == "" {
		return nil
	}
	conn, err := (&net.Dialer{Timeout: handTime}).DialContext(ctx, "unix", path)
	if err != nil {
		return nil
	}
	return conn.(*net.UnixConn) //nolint:forcetypeassert // what a Unix socket gives
}

func (p *predecessor) ask() error {
	_ = p.conn.SetDeadline(time.Now().Add(handTime)) // a socket has deadlines
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
	var offer handOffer
	if err := errors.Join(err, json.Unmarshal(text[:n], &offer)); err != nil {
		return err
	}
	return p.keep(offer, files)
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
	said, err := bufio.NewReader(p.conn).ReadString('\n')
	if said != saysLeft {
		return fmt.Errorf("process %d was to leave the address, and has not said so: %w", p.pid, err)
	}
	return nil
}

// close ends the connection. A predecessor that was not dismissed goes on serving.
func (p *predecessor) close() {
	for _, l := range p.listeners {
		_ = l.Close() // the predecessor has its own
	}
	_ = p.conn.Close()
}
